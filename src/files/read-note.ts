// Reads a small file of ours, which anybody may have replaced meanwhile.

import { closeSync, constants, readFileSync } from "node:fs";
import { examine } from "./examine.ts";
import { openExamined } from "./open-safely.ts";

export interface NoteOptions {
  readonly maxOctets: number;
  /** The folder may belong to others, as long as the file itself is ours. */
  readonly isInForeignFolder?: boolean;
}

/** Its text; undefined if there is no such file, if it is not ours, or if it is larger. Never throws. */
export function readNote(path: string, { maxOctets, isInForeignFolder = false }: NoteOptions): string | undefined {
  try {
    const file = examine(path);
    const { distrust, stats } = file;
    if (distrust !== undefined && (distrust.isFileItself || !isInForeignFolder)) return undefined;
    if (stats?.isFile() !== true || stats.size > maxOctets) return undefined;
    const fd = openExamined(file, constants.O_RDONLY);
    try {
      return readFileSync(fd, "utf8");
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}
