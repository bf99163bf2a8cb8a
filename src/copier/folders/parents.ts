// Levels of names.

import { isInbox } from "../../model/mailbox-name.ts";

/** The folder, and above it what must be there first, from the top; without what exists, and INBOX, which always does. */
export function foldersToCreate(folder: string, separator: string, existing: ReadonlySet<string>): string[] {
  return [...ancestors(folder, separator), folder].filter((name) => !isInbox(name) && !existing.has(name));
}

/** From the top: `a/b/c` has `a` and `a/b`. Empty levels have no name of their own. */
export function ancestors(folder: string, separator: string): string[] {
  const levels = separator === "" ? [folder] : folder.split(separator);
  return levels
    .slice(1)
    .map((_, i) => levels.slice(0, i + 1).join(separator))
    .filter((name) => name !== "" && !name.endsWith(separator));
}

export function hasChildren(folder: string, separator: string, folders: Iterable<string>): boolean {
  for (const other of folders) if (other.startsWith(folder + separator)) return true;
  return false;
}

/** Folders below others first: a name is always greater than its own beginning. */
export function deepestFirst(folders: Iterable<string>): string[] {
  return [...folders].toSorted((a, b) => (a < b ? 1 : -1));
}
