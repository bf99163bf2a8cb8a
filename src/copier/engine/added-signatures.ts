// Messages of host1 without a header to know them by: what their copies would be known by if a run with `--addheader` had made
// them. They are on host1, even for a run without that option.

import type { CopyRun } from "./copy-run.ts";
import type { FolderWork } from "./folder-work.ts";
import { placeOf } from "./merged-place.ts";
import type { MessageTable } from "./message-table.ts";

export function* addedSignatures(
  run: Pick<CopyRun, "rules" | "merges">,
  work: Pick<FolderWork, "folder1" | "folder2">,
  table: MessageTable,
): Generator<string, void, undefined> {
  const place = placeOf(run, work);
  for (let i = 0; i < table.length; i++) {
    if (table.isIdentified(i)) continue;
    const signature = run.rules.addedSignature({ uid: table.uid(i), size: table.size(i), place });
    if (signature !== undefined) yield signature;
  }
}
