// Gives messages that are on both hosts the flags that they have on host1.

import { CommandRefused } from "../../imap/command-refused.ts";
import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { storeFlags } from "../../imap/verbs/uid-store.ts";
import { deletedFlag, type FlagSet, formatFlags, isMarked, withoutFlags } from "../../model/flags.ts";
import { noModSeq } from "../../model/mod-seq.ts";
import { countUids, emptyUidSet, halves, hasUid, type UidSet, UidSetBuilder, uidSetOf } from "../../model/uid-set.ts";
import { groupBy } from "../../util/group-by.ts";
import type { CopyRun } from "./copy-run.ts";
import type { OpenPair } from "./folder-work.ts";
import { pairsIn } from "./match-plan.ts";

interface Change {
  readonly flags: FlagSet;
  /** Undefined: not known. */
  readonly present?: FlagSet;
  readonly uids: UidSet;
}

/** `same`: pairs of messages, by their numbers in the tables. */
export async function syncFlags(run: CopyRun, pair: OpenPair, same: readonly number[]): Promise<void> {
  for (const change of changesOf(run, pair, same)) if (!run.stop.aborted) await setFlags(run, pair, change);
}

/** `--syncflagsaftercopy`: sets the flags of copies once more, for servers that lose those of APPEND. */
export async function repeatFlags(run: CopyRun, pair: OpenPair): Promise<void> {
  const { rules, stop } = run;
  const { channels, work, views } = pair;
  const onHost1 = await fetchFlags(channels.local, uidSetOf(work.copies.map(([uid1]) => uid1)));
  const groups = groupBy(
    work.copies.filter(([uid1]) => onHost1.has(uid1)),
    ([uid1]) => rules.flagsOn2(onHost1.get(uid1)!.flags, views.remote.permanentFlags),
  );
  for (const [flags, copies] of groups)
    if (!stop.aborted) await setFlags(run, pair, { flags, uids: uidSetOf(copies.map(([, uid2]) => uid2)) });
}

/** Messages whose flags change alike, together. What another folder has put there, or has, too, has the flags that it has there. */
function changesOf(
  { rules, options, merges }: CopyRun,
  { tables, views, work }: OpenPair,
  same: readonly number[],
): Change[] {
  const groups = new Map<FlagSet, Map<FlagSet, UidSetBuilder>>();
  /** Flags for host2 by those of host1: there are few. */
  const wanted = new Map<FlagSet, FlagSet>();
  const wantedFor = (flags1: FlagSet): FlagSet => {
    const flags = rules.flagsOn2(flags1, views.remote.permanentFlags);
    wanted.set(flags1, flags);
    return flags;
  };
  // Else they would change with each run.
  const ofOthers = merges.get(work.folder2)?.copiesOfOthers(work.folder1) ?? emptyUidSet;
  for (const [on1, on2] of pairsIn(same)) {
    if (hasUid(ofOthers, tables.remote.uid(on2))) continue;
    const flags1 = tables.local.flags(on1);
    const present = tables.remote.flags(on2);
    const told = wanted.get(flags1) ?? wantedFor(flags1);
    const flags = options.delete1 === true ? withoutNewMark(told, present) : told;
    if (flags === present) continue;
    const byPresent = groups.get(flags) ?? new Map<FlagSet, UidSetBuilder>();
    groups.set(flags, byPresent);
    const uids = byPresent.get(present) ?? new UidSetBuilder();
    byPresent.set(present, uids);
    uids.add(tables.remote.uid(on2));
  }
  return [...groups].flatMap(([flags, byPresent]) =>
    [...byPresent].map(([present, uids]) => ({ flags, present, uids: uids.build() })),
  );
}

/** With `--delete1`, a mark on host1 may be that of a run which was to expunge the message next: its copy is all that will be left. */
function withoutNewMark(flags: FlagSet, present: FlagSet): FlagSet {
  return isMarked(present) ? flags : withoutFlags(flags, deletedFlag);
}

/** A refusal may be about one of them only. */
async function setFlags(run: CopyRun, pair: OpenPair, change: Change): Promise<void> {
  const { emit, options } = run;
  const { channels, work } = pair;
  const { uids, flags, present } = change;
  const told = { type: "flags-set", host: 2, folder: work.folder2, uids, flags: flags.key } as const;
  work.isTouched = true;
  if (options.dry === true) {
    emit({ ...told, isDry: true });
    return;
  }
  try {
    await storeFlags(channels.remote, { uids, flags, present, unchangedSince: noModSeq });
    emit(told);
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    if (countUids(uids) > 1) {
      for (const half of halves(uids)) if (!run.stop.aborted) await setFlags(run, pair, { ...change, uids: half });
      return;
    }
    const [uid = 0] = uids.ranges[0] ?? [];
    const text = `could not set flags (${formatFlags(flags)}) of message ${work.folder2}/${String(uid)}: ${error.words}`;
    emit({ type: "error", error: { kind: "flags", text } });
  }
}
