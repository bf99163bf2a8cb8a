// Databases of older versions, those of the original program (0 and 1) first, and what must be in them after the upgrade.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import type { MailboxRecord } from "../../src/state/mailboxes.ts";
import { openStore } from "../../src/state/open-store.ts";
import { bytesOf, type Dump, dump, execute, temporaryDirectory } from "../unit/state/databases.ts";

/** Makes `x.db` in a new directory; `extra` statements are run on it without foreign keys. */
export function originalDatabase(
  t: TestContext,
  version: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12,
  extra = "",
): string {
  const path = join(temporaryDirectory(t), "x.db");
  execute(path, readFileSync(new URL(`version-${version}.sql`, import.meta.url), "utf8") + extra);
  return path;
}

/** Opening such a database changes nothing, as long as it is not upgraded. */
export function assertWaits(t: TestContext, version: 0 | 1 | 2): void {
  const path = originalDatabase(t, version);
  const before = bytesOf(path);
  const store = openStore({ path });
  assert.equal(store.needsUpgrade, true);
  store.close();
  assert.equal(bytesOf(path), before);
  assert.deepEqual(readdirSync(dirname(path)), ["x.db"]);
}

export const upgradedMailboxes: readonly MailboxRecord[] = [
  {
    idx: 1,
    name: "INBOX",
    subscribed: false,
    states: {
      local: { uidValidity: 1795240543, uidNext: 6, highestModSeq: 17n },
      remote: { uidValidity: 1795240544, uidNext: 2000000005, highestModSeq: 2n ** 63n - 1n },
    },
    isUnfinished: false,
  },
  {
    idx: 3,
    name: "a\0b",
    subscribed: true,
    states: {
      local: { uidValidity: 0xffff_ffff, uidNext: 0xffff_ffff, highestModSeq: 2n ** 64n - 2n },
      remote: { uidValidity: 1, uidNext: 1, highestModSeq: 2n ** 63n },
    },
    isUnfinished: false,
  },
  {
    idx: 4,
    name: "&AMk-t&AOk-",
    subscribed: true,
    states: { local: undefined, remote: undefined },
    isUnfinished: false,
  },
];

/** The same of the original's databases: each mailbox is taken up as if a round of ours had been cut short. */
export const takenOverMailboxes: readonly MailboxRecord[] = upgradedMailboxes.map((one) => ({
  ...one,
  isUnfinished: true,
}));

/** What versions 2 and 3 have in message_counts. */
export const upgradedCounts = new Map([[1, { local: 4, remote: 3 }]]);

/** Rows of tables that an upgrade leaves as they are, or moves as they are. */
export const keptTables = ["local", "remote", "mapping", "sqlite_sequence"] as const;

/** From the upgrade on it is a database like any other. */
export function assertLikeNew(t: TestContext, path: string): void {
  const fresh = join(temporaryDirectory(t), "fresh.db");
  openStore({ path: fresh }).close();
  const [upgraded, made] = [dump(path), dump(fresh)];
  assert.equal(upgraded.version, made.version);
  assert.deepEqual(upgraded.schema, made.schema);
}

/** Each row of the table is what it was; a later version may have added columns. */
export function assertKept(table: string, { before, after }: { readonly before: Dump; readonly after: Dump }): void {
  const [old, now] = [before.rows[table] ?? [], after.rows[table] ?? []];
  assert.deepEqual(
    now.map((row) => row.slice(0, old[0]?.length)),
    old,
    table,
  );
}

/** The upgrade has kept every row, and a copy of the database as it was `before`. */
export function assertEverythingKept(path: string, before: Dump): void {
  const after = dump(path);
  for (const table of Object.keys(before.rows)) assertKept(table, { before, after });
  assert.deepEqual(dump(`${path}.v${String(before.version)}-backup`), before);
}
