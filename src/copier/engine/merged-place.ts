// Where messages of a folder of host1 stand among those of others that are copied to the same folder of host2.

import type { CopyRun } from "./copy-run.ts";
import type { FolderWork } from "./folder-work.ts";

/** See Merge.placeOf(); undefined also where one folder alone is copied to host2's. */
export function placeOf(
  { merges }: Pick<CopyRun, "merges">,
  { folder1, folder2 }: Pick<FolderWork, "folder1" | "folder2">,
): string | undefined {
  return merges.get(folder2)?.placeOf(folder1);
}
