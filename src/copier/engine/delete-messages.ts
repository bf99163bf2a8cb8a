// What a run deletes: on host1 what is on host2 now (`--delete1`), on host2 what is not on host1 (`--delete2`), and there all
// but the first of equal ones (`--delete2duplicates`).

import { expungeMarked } from "../../imap/verbs/expunge.ts";
import { isMarked } from "../../model/flags.ts";
import { canonicalName } from "../../model/mailbox-name.ts";
import { hasUid, isEmpty, type UidSet, UidSetBuilder, uidSetOf } from "../../model/uid-set.ts";
import type { CopyEvent } from "../events.ts";
import { type Host, sideOf } from "../options/host.ts";
import { addedSignatures } from "./added-signatures.ts";
import type { CopyRun } from "./copy-run.ts";
import type { OpenPair } from "./folder-work.ts";
import { type Match, pairsIn } from "./match-plan.ts";
import type { MessageTable } from "./message-table.ts";
import { areOneByName } from "./one-account.ts";
import { markMessages, removeMessages } from "./remove-messages.ts";
import { isOneFolder, mayBeOneFolder } from "./same-folder.ts";
import { doubtOfShared } from "./shared-folder.ts";

type Why = Extract<CopyEvent, { type: "messages-deleted" }>["why"];

/** Of host1. */
export async function deleteMoved(run: CopyRun, pair: OpenPair, { same }: Match): Promise<void> {
  const { options } = run;
  const { tables, work } = pair;
  if (options.delete1 !== true) return;
  if (await isOnlyCopy(run, pair, same)) {
    const text = `nothing is deleted in folder ${work.folder1} of host1: folder ${work.folder2} of host2 is the same folder`;
    notDeleted(run, work, text);
    return;
  }
  // The copy goes at the end of this run, where it is marked: then this is the only one.
  const goes = (table: MessageTable, i: number): boolean => options.expunge2 && isMarked(table.flags(i));
  const staying = new UidSetBuilder();
  for (const [on1, on2] of pairsIn(same)) if (!goes(tables.remote, on2)) staying.add(tables.local.uid(on1));
  // Copies have the marks of their originals.
  for (let i = 0; i < tables.local.length; i++)
    if (hasUid(work.arrived, tables.local.uid(i)) && !goes(tables.local, i)) staying.add(tables.local.uid(i));
  await remove(run, pair, { host: 1, uids: staying.build(), why: "moved" });
}

/** The next run is to say so, too. */
function notDeleted({ emit }: CopyRun, work: OpenPair["work"], text: string): void {
  work.isTouched = true;
  emit({ type: "error", error: { kind: "unclassified", text } });
}

/** Whether both folders are one. A dry run, which marks nothing, may not find out. */
async function isOnlyCopy({ options, emit }: CopyRun, pair: OpenPair, same: Match["same"]): Promise<boolean> {
  if (options.dry !== true) return isOneFolder(pair, same);
  const { folder1, folder2 } = pair.work;
  if (!mayBeOneFolder(pair, same)) return false;
  if (areOneByName(options) && canonicalName(folder1) === canonicalName(folder2)) return true;
  const text = `folder ${folder2} of host2 may be the same folder as ${folder1} of host1: if it is, nothing will be deleted there`;
  emit({ type: "notice", text, isWarning: true });
  return false;
}

/** Of host2. */
export async function deleteExtra(run: CopyRun, pair: OpenPair, match: Match): Promise<void> {
  const { options, merges } = run;
  const { tables, work } = pair;
  const uidsOf2 = (numbers: readonly number[]): UidSet => uidSetOf(numbers.map((i) => tables.remote.uid(i)));
  const merge = merges.get(work.folder2);
  if (options.delete2duplicates === true && merge === undefined)
    await remove(run, pair, { host: 2, uids: uidsOf2(match.repeated2), why: "duplicate" });
  if (options.delete2 === true) {
    const strange = merge === undefined ? withoutAdded(run, pair, match.strange) : merge.strangers(tables.remote);
    const doubt =
      strange === undefined || strange.length === 0
        ? undefined
        : (doubtOf(run, pair, tables.local) ?? (await doubtOfShared(run, pair, strange)));
    if (strange !== undefined && strange.length > 0 && doubt !== undefined) notDeleted(run, work, doubt);
    else if (strange !== undefined) await remove(run, pair, { host: 2, uids: uidsOf2(strange), why: "extra" });
  }
  if (!options.expunge2) return;
  if (!options.dry) await expungeMarked(pair.channels.remote);
  run.emit({ type: "expunged", host: 2, folder: work.folder2, ...(options.dry && { isDry: true }) });
}

/** Copies that have a line of `--addheader`, in a run without it. */
function withoutAdded(run: CopyRun, { tables, work }: OpenPair, strange: readonly number[]): readonly number[] {
  const added = new Set(strange.length === 0 ? [] : addedSignatures(run, work, tables.local));
  return added.size === 0 ? strange : strange.filter((i) => !added.has(tables.remote.signature(i)));
}

/** Why what is not among host1's messages may be there all the same. */
function doubtOf({ rules }: CopyRun, { views, work }: OpenPair, table: MessageTable): string | undefined {
  const { exists, hasShrunk } = views.local;
  if (work.hasUntold)
    return `nothing is deleted in folder ${work.folder2}: host1 does not tell all that is in folder ${work.folder1}`;
  if (rules.selection.isPart("local") || hasShrunk || table.length >= exists) return undefined;
  return `nothing is deleted in folder ${work.folder2}: host1 says that folder ${work.folder1} has ${String(exists)} messages, and told only ${String(table.length)} of them`;
}

interface ToRemove {
  readonly host: Host;
  readonly uids: UidSet;
  readonly why: Why;
}

async function remove(run: CopyRun, { channels, work }: OpenPair, { host, uids, why }: ToRemove): Promise<void> {
  if (isEmpty(uids) || run.stop.aborted) return;
  work.isTouched = true;
  const { emit, options } = run;
  const folder = host === 1 ? work.folder1 : work.folder2;
  if (options.dry === true) {
    emit({ type: "messages-deleted", host, folder, uids, why, isDry: true });
    return;
  }
  const isExpunged = host === 1 ? options.expunge1 : options.uidexpunge2;
  const deletion = isExpunged ? removeMessages : markMessages;
  const { removed, refusal } = await deletion(channels[sideOf(host)], uids);
  if (!isEmpty(removed)) emit({ type: "messages-deleted", host, folder, uids: removed, why });
  if (refusal === undefined) return;
  const text = `could not delete messages in folder ${folder} of host${String(host)}: ${refusal}`;
  emit({ type: "error", error: { kind: "unclassified", text } });
}
