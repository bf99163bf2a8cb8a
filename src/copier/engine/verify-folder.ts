// Whether host2 has the messages of a folder of host1: compares their number, their sizes and, if wanted, their texts.

import type { FolderVerified } from "../events.ts";
import { compareTexts } from "./compare-texts.ts";
import type { CopyRun } from "./copy-run.ts";
import type { OpenPair } from "./folder-work.ts";
import { type Match, pairsIn } from "./match-plan.ts";

/** Tells it as an event. @throws InterimapError that abandons a side or the run */
export async function verifyFolder(run: CopyRun, pair: OpenPair, { same, strange }: Match): Promise<void> {
  const { emit, merges, verification } = run;
  const { work, views, tables } = pair;
  const { folder1, folder2 } = work;
  let resized = 0;
  for (const [on1, on2] of pairsIn(same)) if (tables.local.size(on1) !== tables.remote.size(on2)) resized++;
  const differing: FolderVerified["differing"] = verification === "texts" ? await compareTexts(run, pair, same) : [];
  if (run.stop.aborted) return;
  emit({
    ...{ type: "folder-verified", folder1, folder2, resized, differing },
    ...{ messages1: views.local.exists, messages2: views.remote.exists },
    // What other folders of host1 have put there is none of this one's.
    onlyOn2: merges.has(folder2) ? 0 : strange.length,
    compared: verification === "texts" ? same.length / 2 : 0,
  });
}
