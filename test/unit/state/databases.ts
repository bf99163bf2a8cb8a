// Temporary databases, and what is in them, seen without the store's own code.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import Database from "better-sqlite3";
import { type ErrorCode, InterimapError } from "../../../src/model/errors.ts";
import { scratchBase } from "../../support/scratch.ts";

/** Removed when the test ends. */
export function temporaryDirectory(t: Pick<TestContext, "after">): string {
  const directory = mkdtempSync(join(scratchBase, "interimap-store-"));
  t.after(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** Runs a script of statements, unrestricted by foreign keys, on a new or existing file. */
export function execute(path: string, script: string): void {
  withDatabase(path, (database) => database.exec(script));
}

export interface Dump {
  readonly version: number;
  readonly schema: Readonly<Record<string, string>>;
  /** By table; integers as bigint, blobs as latin1 strings. */
  readonly rows: Readonly<Record<string, readonly unknown[][]>>;
}

/** Everything a database holds. Not while a store of this process has it open. */
export function dump(path: string): Dump {
  return withDatabase(path, (database) => {
    const tables = database
      .prepare<[], { name: string; sql: string | null }>("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")
      .all();
    const rowsOf = (table: string): unknown[][] => {
      const rows = database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).raw().safeIntegers().all() as unknown[][];
      return rows.map((row) => row.map((value) => (Buffer.isBuffer(value) ? value.toString("latin1") : value)));
    };
    return {
      version: database.pragma("user_version", { simple: true }) as number,
      schema: Object.fromEntries(tables.map(({ name, sql }) => [name, (sql ?? "").replace(/\s+/g, " ")])),
      rows: Object.fromEntries(tables.map(({ name }) => [name, rowsOf(name)])),
    };
  });
}

/** What the original knows, and no more: a database of its version 1. */
export function makeVersion1(path: string): void {
  const originals = ["mailboxes", "local", "remote", "mapping", "sqlite_sequence"];
  const ours = Object.keys(dump(path).schema).filter((table) => !originals.includes(table));
  const columns = ["lprint", "rprint"].map((column) => `ALTER TABLE mapping DROP COLUMN ${column};`);
  const tables = ours.map((table) => `DROP TABLE ${table};`);
  execute(path, `${[...tables, ...columns].join(" ")} PRAGMA user_version = 1`);
}

export function bytesOf(path: string): string {
  return readFileSync(path).toString("base64");
}

/** For assert.throws: an InterimapError with this code whose message matches. */
export function failure(code: ErrorCode, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof InterimapError && error.code === code && message.test(error.message);
}

function withDatabase<T>(path: string, work: (database: Database.Database) => T): T {
  const database = new Database(path);
  try {
    database.pragma("foreign_keys = OFF");
    return work(database);
  } finally {
    database.close();
  }
}
