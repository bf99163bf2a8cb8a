import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { openStore } from "../../src/state/open-store.ts";
import { bytesOf, dump, failure } from "../unit/state/databases.ts";
import { startChild } from "../unit/state/processes.ts";
import {
  assertKept,
  assertLikeNew,
  assertWaits,
  keptTables,
  originalDatabase,
  takenOverMailboxes,
} from "./original.ts";

const slashes = { local: "/", remote: "/" };

test("version 0 waits for the delimiters, unchanged", (t) => {
  assertWaits(t, 0);
});

test("version 0 is upgraded where it is, every row kept", (t) => {
  const path = originalDatabase(t, 0);
  const before = dump(path);
  const store = openStore({ path });
  store.upgrade(slashes);
  assert.equal(store.needsUpgrade, false);
  assert.deepEqual(store.mailboxes(), takenOverMailboxes);
  assert.throws(
    () => {
      store.mappings.add(2, [{ local: 1, remote: 1 }]);
    },
    failure("BUG", /FOREIGN KEY/),
  );
  store.close();

  const after = dump(path);
  for (const table of keptTables) assertKept(table, { before, after });
  assert.deepEqual(dump(`${path}.v0-backup`), before);

  assertLikeNew(t, path);
  const again = openStore({ path });
  assert.equal(again.needsUpgrade, false);
  assert.equal(again.addMailbox("new", true), 10);
  again.close();
});

for (const [delimiters, message] of [
  [{ local: "/", remote: "." }, /^the hierarchy delimiters differ \(local "\/", remote "\."\)/],
  [{ local: null, remote: "/" }, /^the hierarchy delimiters differ \(local none, remote "\/"\)/],
] as const) {
  test(`version 0 is not upgraded when the delimiters are ${JSON.stringify(delimiters)}`, (t) => {
    const path = originalDatabase(t, 0);
    const before = bytesOf(path);
    const store = openStore({ path });
    assert.throws(
      () => {
        store.upgrade(delimiters);
      },
      failure("DELIMITER_MISMATCH", message),
    );
    assert.equal(store.needsUpgrade, true);
    store.close();
    assert.equal(bytesOf(path), before);
    assert.deepEqual(readdirSync(dirname(path)), ["x.db"]);
  });
}

test("in a flat name space the names stay as they are", (t) => {
  const store = openStore({ path: originalDatabase(t, 0) });
  store.upgrade({ local: null, remote: null });
  assert.deepEqual(
    store.mailboxes().map(({ name }) => name),
    ["INBOX", "a/b", "&AMk-t&AOk-"],
  );
  store.close();
});

test("names are octets, not UTF-8", (t) => {
  const path = originalDatabase(t, 0, "INSERT INTO mailboxes VALUES (5, CAST(X'e92ee9' AS TEXT), 0);");
  const store = openStore({ path });
  store.upgrade({ local: ".", remote: "." });
  assert.equal(store.mailboxes().at(-1)?.name, "\xe9\0\xe9");
  store.close();
});

test("the numbering goes on even when all mailboxes are gone", (t) => {
  const tables = ["local", "remote", "mapping", "mailboxes"];
  const path = originalDatabase(t, 0, tables.map((table) => `DELETE FROM ${table};`).join(""));
  const store = openStore({ path });
  store.upgrade(slashes);
  assert.equal(store.addMailbox("new", true), 10);
  store.close();
});

test("rows that refer to nothing refuse the upgrade; the file stays as it is", (t) => {
  const path = originalDatabase(t, 0, "INSERT INTO mapping (idx, lUID, rUID) VALUES (2, 1, 1);");
  const before = bytesOf(path);
  const store = openStore({ path });
  assert.throws(
    () => {
      store.upgrade(slashes);
    },
    failure("DATABASE_UPGRADE", /cannot be upgraded: .* \(mapping\)$/),
  );
  store.close();
  assert.equal(bytesOf(path), before);
});

test("killed in the middle of the upgrade, the next start does it again", async (t) => {
  const path = originalDatabase(t, 0);
  const before = dump(path);
  assert.equal(await startChild(t, "die-upgrading", path).ended(), "SIGKILL");
  assert.deepEqual(dump(path), before);
  const store = openStore({ path });
  assert.equal(store.needsUpgrade, true);
  store.upgrade(slashes);
  assert.deepEqual(store.mailboxes(), takenOverMailboxes);
  store.close();
});
