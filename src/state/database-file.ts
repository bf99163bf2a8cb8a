// The file of a database, before SQLite opens it: it is there, and nobody else's.

import { accessSync, closeSync, constants, lstatSync } from "node:fs";
import { resolve } from "node:path";
import { distrusted, examine, type Examined } from "../files/examine.ts";
import { createPrivately } from "../files/open-safely.ts";
import { InterimapError } from "../model/errors.ts";
import { fileKind } from "../model/file-kind.ts";
import { createError, foreignError, oddFileError, readOnlyError } from "./database-error.ts";

/**
 * Returns the absolute path of a file that is there, and makes it if need be: links are followed once, here, so that everything
 * beside the database is beside the file itself. Its directory must exist. Throws DATABASE_CREATE or DATABASE_READ.
 */
export function settleDatabaseFile(given: string): string {
  // resolved, because to SQLite "" and ":memory:" are no files
  const named = resolve(given);
  const found = trusted(named);
  const { path } = found;
  if (found.stats === undefined) create(path);
  // Once more when it was made: somebody may have been quicker.
  const { stats } = found.stats === undefined ? trusted(path) : found;
  if (stats?.isFile() !== true) throw foreignError(named);
  for (const suffix of ["-wal", "-journal", "-shm"]) requirePlain(path, suffix);
  requireWritable(path);
  return path;
}

/** SQLite reads what is beside the database, and would wait for the other end of a pipe. Mostly nothing is there. */
function requirePlain(path: string, suffix: string): void {
  const beside = `${path}${suffix}`;
  const stats = lstatSync(beside, { throwIfNoEntry: false });
  if (stats === undefined) return;
  // The folders have been looked at.
  trusted(beside);
  if (!stats.isFile()) throw oddFileError(path, suffix, fileKind(stats));
}

/** What a database says is done to the mail, so nobody else may have made it, or its log. */
function trusted(path: string): Examined {
  try {
    const file = examine(path);
    if (file.distrust === undefined) return file;
    throw distrusted("DATABASE_READ", `the database ${path}`, file.distrust);
  } catch (error) {
    if (error instanceof InterimapError) throw error;
    // A folder is missing, or cannot be looked into: to make the file fails with the system's reason.
    return { path, stats: undefined, isDescriptor: false, isShared: false, distrust: undefined };
  }
}

/** SQLite would create it readable for everybody that the umask allows; its journals take over the file's mode. */
function create(path: string): void {
  try {
    closeSync(createPrivately(path, constants.O_RDWR));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return;
    throw createError("the database", path, error);
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
