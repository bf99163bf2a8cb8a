// A database that somebody else made or changed: refused before anything in it can act.

import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { openStore } from "../../../src/store/open-store.ts";
import { originalDatabase } from "../../migrations/original.ts";
import { bytesOf, execute, failure, temporaryDirectory } from "./databases.ts";

const additions = [
  { what: "trigger t", sql: "CREATE TRIGGER t AFTER INSERT ON mapping BEGIN DELETE FROM mapping; END" },
  { what: "view v", sql: "CREATE VIEW v AS SELECT 1" },
  { what: "table other", sql: "CREATE TABLE other (x)" },
  { what: "index i", sql: "CREATE UNIQUE INDEX i ON mapping (rUID)" },
  { what: "table words", sql: "CREATE VIRTUAL TABLE words USING fts5(x)" },
  { what: "no table local", sql: "DROP TABLE local" },
  { what: "view mapping", sql: "DROP TABLE mapping; CREATE VIEW mapping AS SELECT 1 AS idx, '1:*' AS lUID, 1 AS rUID" },
  { what: "table mapping", sql: "ALTER TABLE mapping ADD COLUMN more" },
  {
    what: "table mapping",
    sql: `DROP TABLE mapping; CREATE TABLE mapping (idx INTEGER, lUID INTEGER, rUID INTEGER GENERATED ALWAYS AS (lUID + 1))`,
  },
  { what: "table mapping", sql: "DROP TABLE mapping; CREATE VIRTUAL TABLE mapping USING fts5(idx, lUID, rUID)" },
];

for (const version of [0, 1, 2, 3, undefined] as const) {
  describe(version === undefined ? "our own version" : `version ${version}`, () => {
    for (const { what, sql } of additions) {
      test(`${sql} is refused, and nothing is changed`, (t) => {
        const path = version === undefined ? join(temporaryDirectory(t), "x.db") : originalDatabase(t, version);
        if (version === undefined) openStore({ path }).close();
        execute(path, sql);
        const before = bytesOf(path);
        // The lack of one of the original's tables makes it no database of ours at all.
        const isForeign = !what.startsWith("table") && /DROP TABLE/.test(sql);
        const message = isForeign
          ? /is not a database of interimap$/
          : new RegExp(`is not as interimap makes it: ${what}`);
        assert.throws(() => openStore({ path }), failure("DATABASE_READ", message));
        assert.equal(bytesOf(path), before);
      });
    }
  });
}

test("a table that takes more than ours is refused", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  openStore({ path }).close();
  execute(
    path,
    `DROP TABLE suspects; CREATE TABLE suspects (idx INTEGER NOT NULL REFERENCES mailboxes(idx), side TEXT NOT NULL,
       UID INTEGER NOT NULL, PRIMARY KEY (idx, side, UID) ON CONFLICT REPLACE) WITHOUT ROWID`,
  );
  assert.throws(() => openStore({ path }), failure("DATABASE_READ", /makes it: table suspects$/));
});

for (const seq of ["9223372036854775807", "9007199254740991", "-1", "'x'"]) {
  test(`no mailbox could be numbered after ${seq}: refused`, (t) => {
    const path = join(temporaryDirectory(t), "x.db");
    openStore({ path }).close();
    execute(path, `INSERT INTO sqlite_sequence VALUES ('mailboxes', ${seq})`);
    assert.throws(() => openStore({ path }), failure("DATABASE_READ", /in sqlite_sequence\.seq that cannot be/));
  });
}

test("statistics that somebody let SQLite gather do no harm", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  const store = openStore({ path });
  store.addMappings(store.addMailbox("INBOX", true), [{ local: 1, remote: 1 }]);
  store.close();
  execute(path, "ANALYZE");
  openStore({ path }).close();
});
