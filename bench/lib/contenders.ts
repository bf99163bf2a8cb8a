// The programs that are measured: how each is told what to synchronise.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type PerSide, sides } from "../../src/model/side.ts";
import { giveDatabase } from "../../test/support/give-database.ts";
import type { MailServer } from "../../test/support/mail-server.ts";
import { homeEnvironment, interimapCommand, makeHome } from "../../test/support/run-interimap.ts";

export const programNames = ["ours", "original", "mbsync"] as const;
export type ProgramName = (typeof programNames)[number];

export interface Command {
  readonly words: readonly string[];
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly forget: () => void;
}

/** The command that synchronises the two servers, given what it remembers in the directory. */
export function commandFor(name: ProgramName, servers: PerSide<MailServer>, stateDirectory: string): Command {
  return name === "mbsync" ? mbsync(servers, stateDirectory) : interimap(name, servers, stateDirectory);
}

/** What people start: never the sources through a translator. */
export function oursOrThrow(): string[] {
  const built = fileURLToPath(new URL("../../dist/interimap.js", import.meta.url));
  if (process.env["INTERIMAP_BIN"] === undefined && !existsSync(built)) throw new Error("first: npm run build");
  return interimapCommand();
}

function interimap(name: "ours" | "original", servers: PerSide<MailServer>, stateDirectory: string): Command {
  const databaseFile = join(stateDirectory, "bench.db");
  const home = makeHome({ ...servers, settings: { database: databaseFile } });
  // It may be a copy for other users, or behind another proxy.
  giveDatabase(databaseFile, servers);
  return {
    words: name === "ours" ? oursOrThrow() : ["/usr/bin/interimap"],
    directory: home.directory,
    env: { ...process.env, ...homeEnvironment(home) },
    forget: () => {
      home.remove();
    },
  };
}

/** Far is our remote, near our local side. It keeps dates only when told to, and knows no keywords. */
function mbsync(servers: PerSide<MailServer>, stateDirectory: string): Command {
  const states = join(stateDirectory, "states");
  mkdirSync(states, { recursive: true });
  const stores = sides.map((side) => {
    const { host, port, user, password } = servers[side];
    const account = `IMAPAccount ${side}\nHost ${host}\nPort ${port}\nUser ${user}\nPass ${password}\n`;
    return `${account}SSLType None\nAuthMechs LOGIN\nTimeout 600\n\nIMAPStore ${side}\nAccount ${side}\n\n`;
  });
  const channel = "Channel all\nFar :remote:\nNear :local:\nPatterns *\nCreate Both\nExpunge Both\nSync All\n";
  const config = join(stateDirectory, "mbsyncrc");
  writeFileSync(config, `${stores.join("")}${channel}CopyArrivalDate yes\nSyncState ${states}/\n`, { mode: 0o600 });
  return {
    words: ["/usr/bin/mbsync", "--config", config, "--quiet", "all"],
    directory: stateDirectory,
    env: { ...process.env, HOME: stateDirectory },
    forget: () => {},
  };
}
