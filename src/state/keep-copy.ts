// Copies the database before an upgrade.

import { closeSync, constants, lstatSync, renameSync, rmSync } from "node:fs";
import { createPrivately } from "../files/open-safely.ts";
import { InterimapError } from "../model/errors.ts";
import { createError } from "./database-error.ts";
import type { Connection } from "./sqlite.ts";

/**
 * Writes `x.db.v1-backup`, or `x.db.v1-backup.2` and so on: an older copy stays. Returns its path. Not within a
 * transaction. Throws DATABASE_CREATE or DATABASE_READ.
 */
export function keepCopy(connection: Connection): string {
  const path = freeName(`${connection.path}.v${connection.version}-backup`);
  // a copy under its final name is complete: one that was cut short is written anew
  const partial = `${path}.partial`;
  createPrivateFile(partial);
  try {
    connection.run("VACUUM INTO ?", partial);
    renameSync(partial, path);
    return path;
  } catch (error) {
    rmSync(partial, { force: true });
    throw error instanceof InterimapError ? error : createError("the copy", path, error);
  }
}

/** SQLite fills an empty file and keeps its mode, so the copy is at no moment readable by others. */
function createPrivateFile(path: string): void {
  try {
    rmSync(path, { force: true });
    closeSync(createPrivately(path, constants.O_WRONLY));
  } catch (error) {
    throw createError("the copy", path, error);
  }
}

/** A link that leads nowhere is a name that is taken, too. */
function freeName(name: string): string {
  const isFree = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) === undefined;
  if (isFree(name)) return name;
  for (let number = 2; ; number++) {
    const numbered = `${name}.${number}`;
    if (isFree(numbered)) return numbered;
  }
}
