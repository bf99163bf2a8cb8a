// The hint for a database that cannot be read.

import type { Hint } from "../model/remedy.ts";

/** `files`: what is to be moved away. */
export function orBeginAnew(files: string): Exclude<Hint, string> {
  return [
    "restore an older copy and run: ",
    { command: "repair" },
    `; or move ${files} away: the next run makes a new one and matches what both servers hold`,
  ];
}
