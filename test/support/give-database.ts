// For a database that is copied together with its mail, or whose servers get other ports: it is to be about these from now on.

import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { type PerSide, sides } from "../../src/model/side.ts";
import type { MailServer } from "./mail-server.ts";

/** Nothing happens to a database that has no accounts, or is not there. Not while a program has it open. */
export function giveDatabase(path: string, servers: PerSide<MailServer>): void {
  if (!existsSync(path)) return;
  const database = new Database(path);
  try {
    if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'accounts'").get() === undefined) return;
    const update = database.prepare("UPDATE accounts SET server = ?, username = ?, list_reference = ? WHERE side = ?");
    for (const side of sides) {
      const { host, port, user, prefix } = servers[side];
      update.run(`${host}:${String(port)}`, user, Buffer.from(prefix, "latin1"), side);
    }
  } finally {
    database.close();
  }
}
