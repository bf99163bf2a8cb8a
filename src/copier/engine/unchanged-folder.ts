// Folders in which nothing has happened since a run that found nothing to do: they are told, and not opened. Loads nothing of
// what others need.

import { noModSeq } from "../../model/mod-seq.ts";
import type { PerSide } from "../../model/side.ts";
import type { UidPairs } from "../../model/uid-pairs.ts";
import { countUids } from "../../model/uid-set.ts";
import type { CopyMemory } from "../memory/memory.ts";
import type { CopyRun } from "./copy-run.ts";
import type { FolderWork } from "./folder-work.ts";

type FolderState = Parameters<CopyMemory["finished"]>[1]["host1"];

/** What a server says of a mailbox. */
interface Numbers {
  readonly uidValidity: number | undefined;
  readonly uidNext: number | undefined;
  readonly messages: number | undefined;
  readonly highestModSeq: bigint | undefined;
}

/** Undefined: nobody could tell from these numbers that flags have changed. */
export function numbersOf({ uidNext, messages, highestModSeq }: Numbers): FolderState | undefined {
  const isKnown = uidNext !== undefined && messages !== undefined && (highestModSeq ?? noModSeq) !== noModSeq;
  return isKnown ? { uidNext, messages, highestModSeq } : undefined;
}

/** What two folders that are as they were when a run with the same options found nothing to do hold: their pairs; else undefined. */
export function unchangedSince(
  { memory, rules }: Pick<CopyRun, "memory" | "rules">,
  { folder1, folder2 }: Pick<FolderWork, "folder1" | "folder2">,
  now: PerSide<Numbers | undefined>,
): UidPairs | undefined {
  const { local, remote } = now;
  if (memory === undefined || local?.uidValidity === undefined || remote?.uidValidity === undefined) return undefined;
  const folders = { folder1, folder2, uidValidity1: local.uidValidity, uidValidity2: remote.uidValidity };
  const known = memory.stateOf(folders);
  if (known?.rules !== rules.digest) return undefined;
  if (!isSame(known.host1, numbersOf(local)) || !isSame(known.host2, numbersOf(remote))) return undefined;
  const pairs = memory.pairsOf(folders);
  // The others are to be told of again.
  return pairs.size === known.host1.messages ? pairs : undefined;
}

function isSame(a: FolderState, b: FolderState | undefined): boolean {
  return b !== undefined && a.uidNext === b.uidNext && a.messages === b.messages && a.highestModSeq === b.highestModSeq;
}

/** All of host1 is on host2, as it was: nothing is looked at. */
export function tellUnchanged(
  { emit }: CopyRun,
  { folder1, folder2 }: FolderWork,
  { pairs, messages2 }: { readonly pairs: UidPairs; readonly messages2: number },
): void {
  const messages = pairs.size;
  const known = { duplicates: 0, withoutHeaders: 0 };
  emit({ type: "folder-read", host: 1, folder: folder1, messages, selected: messages, identified: messages, ...known });
  const all2 = { messages: messages2, selected: messages2, identified: messages2 };
  emit({ type: "folder-read", host: 2, folder: folder2, ...all2, ...known });
  const onlyOn2 = Math.max(0, messages2 - countUids(pairs.uids2));
  emit({ type: "folder-compared", folder1, folder2, onlyOn1: 0, onlyOn2 });
  if (messages > 0)
    emit({ type: "messages-skipped", folder1, folder2, uids: pairs.uids1, octets: 0, reason: "present" });
  emit({ type: "folder-done", folder1, folder2 });
}
