// Opens the database of what one-way copies know: makes the file and its tables, locks it, and makes sure that it is what it seems.

import { randomInt } from "node:crypto";
import { InterimapError } from "../model/errors.ts";
import type { Fence } from "../model/fence.ts";
import { signaturesTable } from "./copied-signatures.ts";
import { sizesTable } from "./copied-sizes.ts";
import { type CopiedAccounts, CopyStore } from "./copies.ts";
import { damagedError, lostLogError, strangeError } from "./database-error.ts";
import { settleDatabaseFile } from "./database-file.ts";
import { leftoverLog } from "./leftover-log.ts";
import { Connection } from "./sqlite.ts";

export interface CopyStoreOptions {
  /** Its directory must exist. */
  readonly path: string;
  readonly accounts: CopiedAccounts;
  /** What to do when it cannot be used, as a sentence without the final full stop. */
  readonly remedy: string;
  /** Asked before each commit. */
  readonly fence?: Fence | undefined;
}

/** Throws DATABASE_CREATE, DATABASE_LOCKED, DATABASE_READ or DATABASE_VERSION; the file is then unchanged. */
export function openCopyStore({ path, accounts, remedy, fence }: CopyStoreOptions): CopyStore {
  try {
    return new CopyStore(openConnection(path, fence), accounts);
  } catch (error) {
    if (!(error instanceof InterimapError) || !error.code.startsWith("DATABASE_")) throw error;
    // Its own hint may be a command of the other program.
    throw new InterimapError(error.code, error.message, { hint: remedy, cause: error });
  }
}

const version = 3;

const tables: Readonly<Record<string, string>> = {
  account_pairs: `CREATE TABLE account_pairs (
  id INTEGER PRIMARY KEY,
  account1 TEXT NOT NULL CHECK (typeof(account1) = 'text'),
  account2 TEXT NOT NULL CHECK (typeof(account2) = 'text'),
  UNIQUE (account1, account2)
)`,
  folder_pairs: `CREATE TABLE folder_pairs (
  id INTEGER PRIMARY KEY,
  accounts INTEGER NOT NULL REFERENCES account_pairs (id) ON DELETE CASCADE,
  folder1 BLOB NOT NULL CHECK (typeof(folder1) = 'blob'),
  folder2 BLOB NOT NULL CHECK (typeof(folder2) = 'blob'),
  uid_validity1 INTEGER NOT NULL CHECK (typeof(uid_validity1) = 'integer'),
  uid_validity2 INTEGER NOT NULL CHECK (typeof(uid_validity2) = 'integer'),
  UNIQUE (accounts, folder1, folder2)
)`,
  copies: `CREATE TABLE copies (
  folders INTEGER NOT NULL REFERENCES folder_pairs (id) ON DELETE CASCADE,
  block INTEGER NOT NULL CHECK (typeof(block) = 'integer'),
  runs BLOB NOT NULL CHECK (typeof(runs) = 'blob'),
  PRIMARY KEY (folders, block)
) WITHOUT ROWID`,
  finished: `CREATE TABLE finished (
  folders INTEGER PRIMARY KEY REFERENCES folder_pairs (id) ON DELETE CASCADE,
  rules TEXT NOT NULL CHECK (typeof(rules) = 'text'),
  uid_next1 INTEGER NOT NULL CHECK (typeof(uid_next1) = 'integer'),
  messages1 INTEGER NOT NULL CHECK (typeof(messages1) = 'integer'),
  mod_seq1 INTEGER CHECK (typeof(mod_seq1) IN ('integer', 'null')),
  uid_next2 INTEGER NOT NULL CHECK (typeof(uid_next2) = 'integer'),
  messages2 INTEGER NOT NULL CHECK (typeof(messages2) = 'integer'),
  mod_seq2 INTEGER CHECK (typeof(mod_seq2) IN ('integer', 'null'))
)`,
  sizes: sizesTable,
  signatures: signaturesTable,
};

/** What each version added. */
const added: Readonly<Record<string, number>> = { sizes: 2, signatures: 3 };

function openConnection(given: string, fence: Fence | undefined): Connection {
  const path = settleDatabaseFile(given);
  const log = leftoverLog(path);
  if (log === "garbage" || log === "foreign") throw lostLogError(path, log);
  const connection = new Connection(path, fence);
  try {
    if (isEmpty(connection)) make(connection);
    else requireOurs(connection);
    if (log === "readable") requireSound(connection);
    upgrade(connection);
    connection.trust();
    connection.useWriteAheadLog();
    connection.useForeignKeys();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function isEmpty(connection: Connection): boolean {
  return connection.version === 0 && connection.value<number>("SELECT count(*) FROM sqlite_schema") === 0;
}

function make(connection: Connection): void {
  connection.transaction(() => {
    for (const table of Object.values(tables)) connection.execute(table);
    connection.identity = randomInt(1, 2 ** 31);
    connection.version = version;
  });
}

/** Consists of what {@link make} makes, and of nothing that acts by itself. */
function requireOurs(connection: Connection): void {
  const { path } = connection;
  const rows = connection.rows<{ type: string; name: string; sql: string | null }>(
    "SELECT type, name, sql FROM sqlite_schema",
  );
  if (!rows.some(({ name }) => name === "account_pairs")) {
    throw new InterimapError("DATABASE_READ", `${path} is not a state file of imapsync`);
  }
  if (connection.version > version) {
    throw new InterimapError("DATABASE_VERSION", `the state file ${path} was written by a newer version of imapsync`);
  }
  const strange = rows.find(({ type, name, sql }) => !(type === "index" && sql === null) && sql !== tables[name]);
  if (strange !== undefined) throw strangeError(path, `${strange.type} ${strange.name}`);
  const missing = tablesOf(connection.version).find((table) => !rows.some(({ name }) => name === table));
  if (missing !== undefined) throw strangeError(path, `no table ${missing}`);
}

function tablesOf(before: number): string[] {
  return Object.keys(tables).filter((table) => (added[table] ?? 1) <= before);
}

function upgrade(connection: Connection): void {
  const { version: before } = connection;
  if (before === version) return;
  const known = tablesOf(before);
  connection.transaction(() => {
    for (const [name, table] of Object.entries(tables)) if (!known.includes(name)) connection.execute(table);
    connection.version = version;
  });
}

/** It was not closed in order, and the log beside it may be damaged. */
function requireSound(connection: Connection): void {
  const problem = connection.damage();
  if (problem !== undefined) throw damagedError(connection.path, problem);
  const [orphans] = connection.tablesWithOrphans();
  if (orphans !== undefined) throw damagedError(connection.path, `it has rows of nothing (${orphans})`);
}
