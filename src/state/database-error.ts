// Puts failures of SQLite and the file system into words.

import Database from "better-sqlite3";
import { InterimapError } from "../model/errors.ts";
import { printable } from "../util/printable.ts";
import { orBeginAnew } from "./begin-anew.ts";
import { lockHolder } from "./lock-holder.ts";

const nothingLost = "nothing that was done is lost";

/**
 * What to throw for a failure met while working with the database at `path`; what is not SQLite's stays as it is. `isOurs`: what
 * the file consists of was looked at; before, a statement that fails is the file's fault.
 */
export function databaseError(path: string, error: unknown, isOurs = true): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const cause = error;
  // extended codes such as SQLITE_IOERR_FSYNC begin with their primary code
  switch (/^SQLITE_[A-Z]+/.exec(error.code)?.[0]) {
    case "SQLITE_BUSY":
    case "SQLITE_LOCKED":
      return lockedError(path, cause);
    case "SQLITE_CONSTRAINT":
    case "SQLITE_ERROR":
    case "SQLITE_MISMATCH":
      if (!isOurs) return strangeError(path, error.message, cause);
      return new InterimapError("BUG", `the database ${path} rejected a statement: ${error.message}`, { cause });
    case "SQLITE_MISUSE":
    case "SQLITE_RANGE":
      return new InterimapError("BUG", `the database ${path} rejected a statement: ${error.message}`, { cause });
    case "SQLITE_NOTADB":
      return foreignError(path, cause);
    case "SQLITE_CORRUPT":
      return damagedError(path, error.message, cause);
    case "SQLITE_FULL":
      return new InterimapError("DATABASE_READ", `no space is left for the database ${path}`, {
        hint: `make room on its file system and run again: ${nothingLost}`,
        cause,
      });
    case "SQLITE_READONLY":
    case "SQLITE_CANTOPEN":
    case "SQLITE_PERM":
      return readOnlyError(path, cause);
    default:
      return new InterimapError("DATABASE_READ", `the database ${path} cannot be used: ${reasonOf(error)}`, {
        hint: `check its disk, free space and your quota, then run again: ${nothingLost}`,
        cause,
      });
  }
}

export function readOnlyError(path: string, cause: unknown): InterimapError {
  return new InterimapError("DATABASE_READ", `the database ${path} cannot be opened for writing`, {
    hint: "this user must be allowed to write it and to create files beside it, and the file system must not be read-only",
    cause,
  });
}

export function damagedError(path: string, reason: string, cause?: unknown): InterimapError {
  return new InterimapError("DATABASE_READ", `the database ${path} is damaged: ${reason}`, {
    hint: orBeginAnew("it and its -wal file"),
    cause,
  });
}

/** It has, or lacks, what no version of this program makes so. */
export function strangeError(path: string, what: string, cause?: unknown): InterimapError {
  return new InterimapError(
    "DATABASE_READ",
    `the database ${path} is not as interimap makes it: ${printable(what.slice(0, 80))}`,
    {
      hint: ["another program changed it: ", ...orBeginAnew("it")],
      cause,
    },
  );
}

/** Going on with what is in the database's file alone would be to go back in time. */
export function lostLogError(path: string, log: "garbage" | "foreign"): InterimapError {
  const reason = { garbage: "is damaged", foreign: "does not belong to it" }[log];
  return new InterimapError(
    "DATABASE_READ",
    `the last changes to the database ${path} are missing: ${path}-wal ${reason}`,
    { hint: ["restore the right file if you can; otherwise move it away and run: ", { command: "repair" }] },
  );
}

/** Where SQLite keeps its log is something else, which none of its files ever is. */
export function oddFileError(path: string, suffix: string, kind: string): InterimapError {
  return new InterimapError("DATABASE_READ", `the database ${path} cannot be used: ${path}${suffix} is ${kind}`, {
    hint: ["only SQLite may keep a file there: move that away and run: ", { command: "repair" }],
  });
}

/** A file that is there but was not made by this program or its predecessor. */
export function foreignError(path: string, cause?: unknown): InterimapError {
  return new InterimapError("DATABASE_READ", `${path} is not a database of interimap`, {
    hint: "name another file with the database setting",
    cause,
  });
}

/** Whether what is wrong is wrong with the file, wherever it is, and not with the disk or the permissions here. */
export function isDamage({ code, cause }: InterimapError): boolean {
  if (code !== "DATABASE_READ") return false;
  if (cause === undefined) return true;
  return (
    cause instanceof Database.SqliteError && /^SQLITE_(?:CORRUPT|NOTADB|CONSTRAINT|ERROR|MISMATCH)/.test(cause.code)
  );
}

/** A file that the file system does not let us make. */
export function createError(what: string, path: string, cause: unknown): InterimapError {
  const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  const hint = reason === "ENOSPC" ? "make room on its file system" : "its directory must exist and be writable";
  return new InterimapError("DATABASE_CREATE", `cannot create ${what} ${path} (${reason})`, { hint, cause });
}

function lockedError(path: string, cause: unknown): InterimapError {
  const pid = lockHolder(path);
  const holder = pid === undefined ? "another process" : `process ${pid}`;
  return new InterimapError("DATABASE_LOCKED", `the database ${path} is in use by ${holder}`, {
    hint: "wait until it has ended, or stop it",
    cause,
  });
}

function reasonOf(error: InstanceType<typeof Database.SqliteError>): string {
  return `${error.message} (${error.code})`;
}
