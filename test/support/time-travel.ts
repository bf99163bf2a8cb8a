// Puts servers and databases back to what they were, as a backup does.

import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { MailServer } from "./mail-server.ts";
import type { InterimapHome } from "./run-interimap.ts";
import { scratchDirectory } from "./scratch.ts";

/** Puts something back to the moment at which this was made. */
export type WayBack = () => Promise<void>;

/** A Dovecot's user, or all of a Cyrus, whose files are named after no user. Nobody may be logged in then. */
export function wayBackOf(server: MailServer): WayBack {
  const place =
    server.kind === "dovecot" ? join(server.directory, "home", server.user) : join(server.directory, "spool");
  const copy = join(scratchDirectory("backup"), "copy");
  execFileSync("cp", ["-a", place, copy]);
  return () =>
    server.restart(() => {
      rmSync(place, { recursive: true });
      execFileSync("cp", ["-a", copy, place]);
    });
}

export function wayBackOfDatabase({ databaseFile }: InterimapHome): WayBack {
  const copy = join(scratchDirectory("backup"), "copy.db");
  copyFileSync(databaseFile, copy);
  return () => {
    copyFileSync(copy, databaseFile);
    return Promise.resolve();
  };
}

/** What people do about an index that they take for damaged. Maildir keeps the UIDs, in a file of its own. */
export function loseIndex(server: MailServer): Promise<void> {
  const home = join(server.directory, "home", server.user);
  return server.restart(() => {
    for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
      if (/^dovecot\.(?:list\.)?index/.test(entry.name)) rmSync(join(entry.parentPath, entry.name));
    }
  });
}
