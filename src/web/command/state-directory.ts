// Where jobs are kept: a directory that nobody else can look into.

import { examine } from "../../files/examine.ts";
import { makePrivateDirectory } from "../../files/open-safely.ts";
import { InterimapError } from "../../model/errors.ts";
import { shellWord } from "../../util/shell-word.ts";

/** Makes it, for this user only. @throws InterimapError CONFIG_UNSAFE or FILE_CREATE */
export function openStateDirectory(path: string): void {
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
}
