import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { interrupted } from "../../../src/model/errors.ts";
import { openStore } from "../../../src/state/open-store.ts";
import { Connection } from "../../../src/state/sqlite.ts";
import { Store } from "../../../src/state/state-store.ts";
import { failure, temporaryDirectory } from "./databases.ts";

function openConnection(t: TestContext): Connection {
  const path = join(temporaryDirectory(t), "x.db");
  writeFileSync(path, "");
  const connection = new Connection(path);
  t.after(() => {
    connection.close();
  });
  return connection;
}

test("a store waits for the disk only where it is asked to, and checks foreign keys", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  openStore({ path }).close();
  const connection = new Connection(path);
  new Store(connection);
  assert.equal(connection.value("PRAGMA journal_mode"), "wal");
  const synchronous = () => connection.value("PRAGMA synchronous");
  assert.equal(synchronous(), 1);
  assert.equal(connection.durably(synchronous), 2);
  assert.throws(() => connection.durably(() => assert.fail()));
  assert.equal(synchronous(), 1);
  assert.equal(connection.value("PRAGMA locking_mode"), "exclusive");
  assert.equal(connection.value("PRAGMA foreign_keys"), 1);
  connection.close();
});

test("a full disk: what was committed stays, the failed transaction leaves nothing", (t) => {
  const connection = openConnection(t);
  const store = new Store(connection);
  const idx = store.addMailbox("INBOX", true);
  store.mappings.add(idx, [{ local: 1, remote: 1 }]);
  connection.execute("PRAGMA max_page_count = 30");
  const pairs = Array.from({ length: 10_000 }, (_, i) => ({ local: i + 2, remote: i + 2 }));
  assert.throws(
    () => {
      store.mappings.add(idx, pairs);
    },
    failure("DATABASE_READ", /^no space is left for the database .*x\.db$/),
  );
  assert.equal(store.mappings.count(idx), 1);
  store.mappings.add(idx, pairs.slice(0, 10));
  assert.equal(store.mappings.count(idx), 11);
});

test("values are the first column of each row; failures are translated", (t) => {
  const connection = openConnection(t);
  assert.throws(() => connection.values("SELECT x FROM missing"), failure("DATABASE_READ", /makes it: no such table/));
  connection.trust();
  assert.throws(() => connection.values("SELECT x FROM missing"), failure("BUG", /no such table/));
  connection.execute("CREATE TABLE t (x, y); INSERT INTO t VALUES (1, 4), (2, 5)");
  assert.deepEqual(connection.values("SELECT x, y FROM t"), [1, 2]);
});

test("behind a fence nothing is committed any more, and everything can still be read", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  let isOver = false;
  const store = openStore({ path, fence: () => (isOver ? interrupted() : undefined) });
  store.addMailbox("INBOX", true);
  store.transaction(() => {
    // A transaction that was begun is one change.
    isOver = true;
    store.addMailbox("Other", true);
  });
  assert.throws(() => store.addMailbox("Third", true), failure("INTERRUPTED", /./));
  assert.throws(() => store.transaction(() => undefined), failure("INTERRUPTED", /./));
  assert.deepEqual(
    store.mailboxes().map(({ name }) => name),
    ["INBOX", "Other"],
  );
  store.check();
  store.close();
});
