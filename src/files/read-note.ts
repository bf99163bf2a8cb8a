// Reads a small file of ours, which anybody may have replaced meanwhile.

import { closeSync, constants, readFileSync } from "node:fs";
import { examine } from "./examine.ts";
import { openExamined } from "./open-safely.ts";

/** Its text; undefined when there is no such file, none that is ours, or one of more octets. Never throws. */
export function readNote(path: string, maxOctets: number): string | undefined {
  try {
    const file = examine(path);
    if (file.distrust !== undefined || file.stats?.isFile() !== true || file.stats.size > maxOctets) return undefined;
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
