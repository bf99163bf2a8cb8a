// Where jobs are kept: a directory that nobody else can look into, and that no other server uses.

import { join } from "node:path";
import { examine } from "../../files/examine.ts";
import { makePrivateDirectory } from "../../files/open-safely.ts";
import { InterimapError } from "../../model/errors.ts";
import { holdFile } from "../../state/held-file.ts";
import { lockHolder } from "../../state/lock-holder.ts";
import { shellWord } from "../../util/shell-word.ts";

/**
 * Makes it, for this user only, and keeps other servers out of it. Returns what lets them in again.
 * @throws InterimapError CONFIG_UNSAFE, DATABASE_LOCKED or FILE_CREATE
 */
export function openStateDirectory(path: string): () => void {
  try {
    makePrivateDirectory(path, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InterimapError("FILE_CREATE", `state-directory ${path}: it cannot be made (${reason})`, {
      hint: "name a directory that this user can make",
      cause: error,
    });
  }
  const { distrust, stats } = examine(path);
  if (distrust !== undefined)
    throw new InterimapError("CONFIG_UNSAFE", `state-directory ${path} ${distrust.problem}`, { hint: distrust.remedy });
  if (stats !== undefined && (stats.mode & 0o077) !== 0) {
    const hint = `run: chmod 700 ${shellWord(path)}`;
    throw new InterimapError("CONFIG_UNSAFE", `state-directory ${path} can be looked into by others`, { hint });
  }
  return keepOthersOut(path);
}

/** Two servers would take each other's jobs for interrupted ones, and write into the same logs. */
function keepOthersOut(path: string): () => void {
  const file = join(path, "lock");
  try {
    return holdFile(file);
  } catch (error) {
    if (!(error instanceof InterimapError)) throw error;
    if (error.code === "DATABASE_LOCKED") {
      const holder = lockHolder(file);
      const by = holder === undefined ? "another process" : `process ${holder}`;
      throw new InterimapError("DATABASE_LOCKED", `state-directory ${path} is in use by ${by}`, {
        hint: "stop that one, or name another directory",
        cause: error,
      });
    }
    throw new InterimapError("FILE_CREATE", `state-directory ${path}: it cannot be locked (${error.message})`, {
      hint: "name a directory that this user can write to",
      cause: error,
    });
  }
}
