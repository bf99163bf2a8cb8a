// The programs that are measured: how each is told what to synchronise.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { giveDatabase } from "../../test/support/give-database.ts";
import type { MailServer } from "../../test/support/mail-server.ts";
import { imapsyncCommand } from "../../test/support/run-imapsync.ts";
import {
  homeEnvironment,
  interimapCommand,
  makeHome,
  nobodyElsesTrust,
  overTls,
  plainText,
} from "../../test/support/run-interimap.ts";
import type { Link } from "./situation.ts";

export const programNames = ["ours", "original", "mbsync", "mbsync pull", "imapsync", "imapsync --state"] as const;
export type ProgramName = (typeof programNames)[number];

export interface Command {
  readonly words: readonly string[];
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly forget: () => void;
}

export interface Task {
  readonly servers: PerSide<MailServer>;
  readonly link: Link;
  /** Of one-way copies. */
  readonly source: Side;
  /** Has what the program remembers. */
  readonly stateDirectory: string;
}

/** The command that synchronises the two servers. */
export function commandFor(name: ProgramName, task: Task): Command {
  switch (name) {
    case "mbsync":
    case "mbsync pull":
      return mbsync(task, name === "mbsync" ? "All" : "Pull");
    case "imapsync":
    case "imapsync --state":
      return imapsync(task, name === "imapsync" ? [] : ["--state", join(task.stateDirectory, "copies.db")]);
    default:
      return interimap(name, task);
  }
}

/** Whoever only copies in one direction, and does not read what the two-way programs have recorded. */
export function isOneWay(name: ProgramName): boolean {
  return name.startsWith("imapsync") || name === "mbsync pull";
}

function imapsync({ servers, link, source, stateDirectory }: Task, options: readonly string[]): Command {
  const accounts = [source, otherSide(source)].flatMap((side, i) => {
    const { host, port, tlsPort, certificateFile, user, password } = servers[side];
    const hasTls = side === "remote" && link.tls === true;
    const number = i + 1;
    return [
      ...[`--host${number}`, host, `--port${number}`, String(hasTls ? tlsPort : port)],
      ...[`--user${number}`, user, `--password${number}`, password],
      ...(hasTls ? [`--ssl${number}`, `--sslargs${number}`, `SSL_ca_file=${certificateFile}`] : [`--notls${number}`]),
      ...(side === "remote" && link.compress === true ? [`--compress${number}`] : []),
    ];
  });
  return {
    words: [...imapsyncCommand(), ...accounts, "--nolog", "--pidfile", "", "--noprogress", ...options],
    directory: stateDirectory,
    env: { ...process.env, ...nobodyElsesTrust },
    forget: () => {},
  };
}

/** What people start: never the sources through a translator. */
export function oursOrThrow(): string[] {
  const built = fileURLToPath(new URL("../../dist/interimap.js", import.meta.url));
  if (process.env["INTERIMAP_BIN"] === undefined && !existsSync(built)) throw new Error("first: npm run build");
  return interimapCommand();
}

function interimap(name: "ours" | "original", { servers, link, stateDirectory }: Task): Command {
  const databaseFile = join(stateDirectory, "bench.db");
  const remote = {
    ...(link.tls ? overTls(servers.remote) : plainText(servers.remote)),
    compress: link.compress ? "YES" : "NO",
  };
  const home = makeHome({ local: servers.local, remote, settings: { database: databaseFile } });
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
function mbsync({ servers, link, stateDirectory }: Task, sync: "All" | "Pull"): Command {
  const states = join(stateDirectory, "states");
  mkdirSync(states, { recursive: true });
  const stores = sides.map((side) => {
    const { host, port, tlsPort, certificateFile, user, password } = servers[side];
    const isFar = side === "remote";
    const hasTls = isFar && link.tls === true;
    // It compares names only, not addresses, with those of the certificate.
    const account = `IMAPAccount ${side}\nHost ${hasTls ? "localhost" : host}\nPort ${hasTls ? tlsPort : port}\nUser ${user}\nPass ${password}\n`;
    const security = hasTls ? `SSLType IMAPS\nCertificateFile ${certificateFile}\n` : "SSLType None\n";
    const compression = isFar && link.compress === true ? "" : "DisableExtension COMPRESS=DEFLATE\n";
    return `${account}${security}${compression}AuthMechs LOGIN\nTimeout 600\n\nIMAPStore ${side}\nAccount ${side}\n\n`;
  });
  const channel = "Channel all\nFar :remote:\nNear :local:\nPatterns *\nCreate Both\nExpunge Both\n";
  const config = join(stateDirectory, "mbsyncrc");
  writeFileSync(config, `${stores.join("")}${channel}Sync ${sync}\nCopyArrivalDate yes\nSyncState ${states}/\n`, {
    mode: 0o600,
  });
  return {
    words: ["/usr/bin/mbsync", "--config", config, "--quiet", "all"],
    directory: stateDirectory,
    env: { ...process.env, HOME: stateDirectory },
    forget: () => {},
  };
}
