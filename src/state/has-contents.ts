// Tells whether there is a database to read.

import { statSync } from "node:fs";

/** To open an empty file would make tables in it; a missing one would be made. */
export function hasContents(path: string): boolean {
  try {
    const file = statSync(path, { throwIfNoEntry: false });
    return file !== undefined && !(file.isFile() && file.size === 0);
  } catch {
    // Opening it finds better words for what is wrong.
    return true;
  }
}
