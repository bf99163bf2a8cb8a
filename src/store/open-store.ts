// Opens the database: makes the file, locks it, makes the tables. In this order, and before any network traffic.

import { accessSync, closeSync, constants, openSync } from "node:fs";
import { resolve } from "node:path";
import { Connection } from "./connection.ts";
import { createError, lostLogError, readOnlyError } from "./database-error.ts";
import { leftoverLog } from "./leftover-log.ts";
import { Store } from "./store.ts";

export interface StoreOptions {
  /** Its directory must exist. */
  readonly path: string;
}

/**
 * Throws DATABASE_CREATE, DATABASE_LOCKED, DATABASE_READ or DATABASE_VERSION; what the database holds is then
 * unchanged. One of an older version waits for {@link Store.upgrade}. One that was not closed in order is read as a whole:
 * the log beside it may be damaged, or another database's.
 */
export function openStore({ path }: StoreOptions): Store {
  // resolved, because to SQLite "" and ":memory:" are no files
  const absolute = resolve(path);
  createIfMissing(absolute);
  const log = leftoverLog(absolute);
  if (log === "garbage" || log === "foreign") throw lostLogError(absolute, log);
  const connection = new Connection(absolute);
  try {
    const store = new Store(connection);
    if (log === "readable") store.check();
    return store;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** SQLite would create it readable for everybody that the umask allows; its journals take over the file's mode. */
function createIfMissing(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) {
      throw createError("the database", path, error);
    }
    requireWritable(path);
  }
}

/** SQLite would be content to read, and fail in its own words when it locks the file. */
function requireWritable(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw readOnlyError(path, error);
  }
}
