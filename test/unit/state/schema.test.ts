// A database that somebody else made or changed: refused before anything in it can act.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import Database from "better-sqlite3";
import { openStore } from "../../../src/state/open-store.ts";
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
    assert.throws(() => openStore({ path }), failure("DATABASE_READ", /impossible value in sqlite_sequence\.seq:/));
  });
}

test("statistics that somebody let SQLite gather do no harm", (t) => {
  const path = join(temporaryDirectory(t), "x.db");
  const store = openStore({ path });
  store.mappings.add(store.addMailbox("INBOX", true), [{ local: 1, remote: 1 }]);
  store.close();
  execute(path, "ANALYZE");
  openStore({ path }).close();
});

/** Edits what the file says of its tables, as SQLite itself would not. */
function rewriteSchema(path: string, edit: string): void {
  const database = new Database(path);
  database.unsafeMode();
  database.pragma("writable_schema = ON");
  database.exec(edit);
  database.pragma("schema_version = 9999");
  database.close();
}

const sequence = (sql: string): string => `UPDATE sqlite_schema SET sql = '${sql}' WHERE name = 'sqlite_sequence'`;
const virtual = (name: string): string =>
  `INSERT INTO sqlite_schema VALUES ('table', '${name}', '${name}', 0, 'CREATE VIRTUAL TABLE ${name} USING fts5(x)')`;

const disguises = [
  { what: "no table sqlite_sequence", edit: "DELETE FROM sqlite_schema WHERE name = 'sqlite_sequence'" },
  { what: "table sqlite_sequence", edit: sequence("CREATE TABLE sqlite_sequence(name)") },
  { what: "table sqlite_sequence", edit: sequence("CREATE TABLE sqlite_sequence(name,seq AS (1))") },
  { what: "table sqlite_sequence", edit: sequence("CREATE VIRTUAL TABLE sqlite_sequence USING fts5(name,seq)") },
  { what: "table sqlite_stat1", edit: virtual("sqlite_stat1") },
  { what: "table sqlite_stat4", edit: virtual("sqlite_stat4") },
  { what: "table sqlite_stat9", edit: virtual("sqlite_stat9") },
];

for (const version of [0, 3, undefined] as const) {
  for (const { what, edit } of disguises) {
    test(`${edit} is refused (${version === undefined ? "our own version" : `version ${version}`})`, (t) => {
      const path = version === undefined ? join(temporaryDirectory(t), "x.db") : originalDatabase(t, version);
      if (version === undefined) openStore({ path }).close();
      rewriteSchema(path, edit);
      assert.throws(() => openStore({ path }), failure("DATABASE_READ", new RegExp(`makes it: ${what}`)));
    });
  }
}

/** https://www.sqlite.org/fileformat.html#the_database_header: page size, text encoding and the like, at their offsets. */
const headers = [
  { what: "an unknown schema format", at: 44, octets: [0, 0, 0, 9] },
  { what: "an unknown text encoding", at: 56, octets: [0, 0, 0, 7] },
  { what: "UTF-16, which it is not in", at: 56, octets: [0, 0, 0, 2] },
  { what: "a page size that is none", at: 16, octets: [0, 1] },
  { what: "a version of the file format to come", at: 18, octets: [9, 9] },
  { what: "no room in its pages", at: 20, octets: [255] },
];

for (const { what, at, octets } of headers) {
  test(`a header with ${what} is the file's fault`, (t) => {
    const path = join(temporaryDirectory(t), "x.db");
    openStore({ path }).close();
    const file = readFileSync(path);
    Buffer.from(octets).copy(file, at);
    writeFileSync(path, file);
    const open = (): void => {
      const store = openStore({ path });
      try {
        store.check();
      } finally {
        store.close();
      }
    };
    assert.throws(open, failure("DATABASE_READ", /x\.db/));
  });
}
