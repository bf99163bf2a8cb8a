import assert from "node:assert/strict";
import { test } from "node:test";
import Database from "better-sqlite3";
import { type ErrorCode, InterimapError } from "../../../src/model/errors.ts";
import { databaseError } from "../../../src/state/database-error.ts";

const expected: readonly (readonly [sqliteCode: string, code: ErrorCode, message: string])[] = [
  ["SQLITE_BUSY", "DATABASE_LOCKED", "the database /nowhere/x.db is in use by another process"],
  ["SQLITE_BUSY_RECOVERY", "DATABASE_LOCKED", "the database /nowhere/x.db is in use by another process"],
  ["SQLITE_FULL", "DATABASE_READ", "no space is left for the database /nowhere/x.db"],
  ["SQLITE_READONLY_DBMOVED", "DATABASE_READ", "the database /nowhere/x.db cannot be opened for writing"],
  ["SQLITE_CANTOPEN", "DATABASE_READ", "the database /nowhere/x.db cannot be opened for writing"],
  ["SQLITE_CORRUPT_INDEX", "DATABASE_READ", "the database /nowhere/x.db is damaged: why"],
  ["SQLITE_NOTADB", "DATABASE_READ", "/nowhere/x.db is not a database of interimap"],
  ["SQLITE_IOERR_FSYNC", "DATABASE_READ", "the database /nowhere/x.db cannot be used: why (SQLITE_IOERR_FSYNC)"],
  ["SQLITE_CONSTRAINT_UNIQUE", "BUG", "the database /nowhere/x.db rejected a statement: why"],
];

for (const [sqliteCode, code, message] of expected) {
  test(`${sqliteCode} becomes ${code}`, () => {
    const cause = new Database.SqliteError("why", sqliteCode);
    const error = databaseError("/nowhere/x.db", cause);
    assert.ok(error instanceof InterimapError);
    assert.equal(error.code, code);
    assert.equal(error.message, message);
    assert.equal(error.cause, cause);
  });
}

test("what is not SQLite's stays as it is", () => {
  const error = new InterimapError("MAILBOX_GONE", "gone");
  assert.equal(databaseError("/nowhere/x.db", error), error);
});
