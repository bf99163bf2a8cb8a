// `--delete1emptyfolders`: which folders of host1 may go once nothing is in them.

import { isInbox } from "../../model/mailbox-name.ts";
import { deepestFirst, hasChildren } from "./parents.ts";

/** Those to be looked at, in this order: a folder may go when those in it have gone. */
export function emptyFolderCandidates(wanted: readonly string[]): string[] {
  return deepestFirst(wanted.filter((folder) => !isInbox(folder)));
}

/** Whether an empty folder may go now; `existing` without those that have gone. */
export function mayGo(folder: string, separator: string, existing: Iterable<string>): boolean {
  return !isInbox(folder) && !hasChildren(folder, separator, existing);
}
