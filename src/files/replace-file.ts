// Replaces our files atomically, so that readers never see half a file.

import { closeSync, constants, renameSync, rmSync, writeFileSync } from "node:fs";
import { create } from "./open-safely.ts";

/** At once, so that nobody reads half of it. Throws the system's error. */
export function replaceFile(path: string, text: string, mode: number): void {
  const partial = `${path}.partial`;
  // anew, so that a link that somebody else made is not followed
  rmSync(partial, { force: true });
  const fd = create(partial, constants.O_WRONLY, mode);
  try {
    try {
      writeFileSync(fd, text);
    } finally {
      closeSync(fd);
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}
