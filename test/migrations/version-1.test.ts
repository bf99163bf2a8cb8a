import assert from "node:assert/strict";
import { readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { loadMigrations } from "../../src/state/migrations.ts";
import { openStore } from "../../src/state/open-store.ts";
import type { Store } from "../../src/state/state-store.ts";
import { bytesOf, dump, execute, failure, temporaryDirectory } from "../unit/state/databases.ts";
import { startChild } from "../unit/state/processes.ts";
import { assertKept, assertWaits, keptTables, originalDatabase, takenOverMailboxes } from "./original.ts";

/** What they are does not matter: version 1 has NUL in their place. */
const unequal = { local: "/", remote: "." };

test("our first migration makes the original's tables", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  execute(path, loadMigrations()[0]!.script);
  const ours = dump(path).schema;
  const withoutSpaces = (sql: string | undefined): string | undefined => sql?.replace(/\s+/g, "");
  for (const [table, sql] of Object.entries(dump(originalDatabase(t, 1)).schema)) {
    assert.equal(withoutSpaces(ours[table]), withoutSpaces(sql));
  }
});

test("version 1 waits for the servers, unchanged", (t) => {
  assertWaits(t, 1);
});

test("version 1 is upgraded where it is, every row kept", (t) => {
  const path = originalDatabase(t, 1);
  const before = dump(path);
  const store = openUpgraded(path);
  assert.equal(store.needsUpgrade, false);
  assert.deepEqual(store.mailboxes(), takenOverMailboxes);
  store.close();

  const after = dump(path);
  assert.equal(after.version, loadMigrations().length);
  for (const table of [...keptTables, "mailboxes"]) assertKept(table, { before, after });
  for (const table of ["message_counts", "refused", "synchronised"]) assert.deepEqual(after.rows[table], []);
  assert.deepEqual(
    after.rows["rounds"],
    [1n, 3n, 4n].map((idx) => [idx, 1n, 1n]),
  );
});

test("an upgraded database never gives an idx twice", (t) => {
  const store = openUpgraded(originalDatabase(t, 1));
  assert.equal(store.addMailbox("new", true), 10);
  store.close();
});

test("the old database is kept, once, for its owner only", (t) => {
  const path = originalDatabase(t, 1);
  const before = dump(path);
  const umask = process.umask(0);
  try {
    openUpgraded(path).close();
  } finally {
    process.umask(umask);
  }
  openStore({ path }).close();
  assert.deepEqual(readdirSync(dirname(path)), ["x.db", "x.db.v1-backup"]);
  assert.deepEqual(dump(`${path}.v1-backup`), before);
  assert.equal(statSync(`${path}.v1-backup`).mode & 0o777, 0o600);
});

test("an earlier copy is not overwritten, a copy that was cut short is", (t) => {
  const path = originalDatabase(t, 1);
  const before = dump(path);
  writeFileSync(`${path}.v1-backup`, "precious");
  writeFileSync(`${path}.v1-backup.2`, "too");
  symlinkSync("nowhere", `${path}.v1-backup.3`);
  writeFileSync(`${path}.v1-backup.4.partial`, "half");
  openUpgraded(path).close();
  assert.equal(Buffer.from(bytesOf(`${path}.v1-backup`), "base64").toString(), "precious");
  assert.equal(Buffer.from(bytesOf(`${path}.v1-backup.2`), "base64").toString(), "too");
  assert.deepEqual(dump(`${path}.v1-backup.4`), before);
  assert.equal(readdirSync(dirname(path)).length, 5);
});

test("rows that refer to nothing refuse the upgrade; the file stays as it is", (t) => {
  const path = originalDatabase(
    t,
    1,
    "INSERT INTO mapping (idx, lUID, rUID) VALUES (2, 1, 1); INSERT INTO local VALUES (7, 1, 1, 1);",
  );
  const before = bytesOf(path);
  const store = openStore({ path });
  assert.throws(
    () => {
      store.upgrade(unequal);
    },
    failure("DATABASE_UPGRADE", /cannot be upgraded: .* \(local, mapping\)$/),
  );
  store.close();
  assert.equal(bytesOf(path), before);
  assert.deepEqual(readdirSync(dirname(path)), ["x.db"]);
});

test("killed in the middle of the upgrade, the next start does it again", async (t) => {
  const path = originalDatabase(t, 1);
  const before = dump(path);
  assert.equal(await startChild(t, "die-upgrading", path).ended(), "SIGKILL");
  assert.deepEqual(dump(path), before);
  const store = openUpgraded(path);
  assert.deepEqual(store.mailboxes(), takenOverMailboxes);
  store.close();
});

function openUpgraded(path: string): Store {
  const store = openStore({ path });
  store.upgrade(unequal);
  return store;
}

test("killed in the middle of a transaction, the original leaves a journal: what was committed before is taken over", async (t) => {
  const path = originalDatabase(t, 1);
  const [before, committed] = [dump(path), bytesOf(path)];
  assert.equal(await startChild(t, "die-writing", path).ended(), "SIGKILL");
  assert.deepEqual(readdirSync(dirname(path)).sort(), ["x.db", "x.db-journal"]);
  assert.notEqual(bytesOf(path), committed);
  const store = openUpgraded(path);
  assert.deepEqual(store.mailboxes(), takenOverMailboxes);
  store.close();
  assertKept("mapping", { before, after: dump(path) });
  assert.deepEqual(dump(`${path}.v1-backup`), before);
});
