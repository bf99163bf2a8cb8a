// Carries flag changes to the other side ("A flag" in ARCHITECTURE.md): taken from both ledgers at once, planned, set in
// groups of equal flags, and taken up again where the target changed under our hands.

import type { FlagChange } from "../../imap/mailbox/pending-changes.ts";
import { eachMessagesFlags, refetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { tellsEveryFlag } from "../../model/flags.ts";
import { laterModSeq, noModSeq } from "../../model/mod-seq.ts";
import { bothSides, otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { hasUid, intersect, isEmpty, subtract, type UidSet, UidSetBuilder, uidSetOf } from "../../model/uid-set.ts";
import { slices } from "../../util/slices.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { isRefused } from "../refused/refused-changes.ts";
import { type FlagSituation, planFlags } from "./flags-plan.ts";
import { offerFlags } from "./offer-flags.ts";
import { StoreGroups } from "./same-flags-groups.ts";
import { setFlags } from "./set-flags.ts";

type Changes = PerSide<ReadonlyMap<number, FlagChange>>;

/** How many pairs are planned together; a million would need too much memory. */
const sliceSize = 10_000;

/** Deals with all present flag changes; some may come back afterwards. */
export async function propagateFlags(mailbox: OpenMailbox): Promise<void> {
  const planned = await planFlagChanges(mailbox);
  if (planned === undefined) return;
  const { changes, groups } = planned;
  const contested = await bothSides((side) => setFlags(mailbox, side, groups.of(side)));
  // After both sides have answered, because one may report our STORE after the other has refused its own.
  await bothSides((side) => takeUpAgain(mailbox, { side, again: contested[side], changes }));
}

/** Takes all present flag changes. Undefined: none. */
export async function planFlagChanges(
  mailbox: OpenMailbox,
): Promise<{ readonly changes: Changes; readonly groups: StoreGroups } | undefined> {
  const { views, flags } = mailbox;
  // Taken together with the mod-sequence up to which they are complete: nothing may arrive in between.
  const changes = perSide((side) => flags[side].take());
  const baselines = perSide((side) => views[side].highestModSeq);
  if (sides.every((side) => changes[side].size === 0)) return undefined;

  await learnWhatOtherSideCannotTell(mailbox, { changes, baselines });
  const groups = new StoreGroups();
  for (const pairs of pairsOf(mailbox, changes)) plan(mailbox, { pairs, changes, baselines, groups });
  return { changes, groups };
}

interface Taken {
  readonly changes: Changes;
  readonly baselines: PerSide<bigint>;
}

interface Slice extends Taken {
  readonly pairs: readonly PerSide<number>[];
  /** The work is added to them. */
  readonly groups: StoreGroups;
}

function plan(mailbox: OpenMailbox, { pairs, changes, baselines, groups }: Slice): void {
  const { views, flags, report, name, progress } = mailbox;
  const situations = pairs.map((pair): FlagSituation => situationOf(mailbox, { pair, changes }));
  const { updates, conflicts } = planFlags(
    situations,
    perSide((side) => views[side].permanentFlags),
  );
  for (const conflict of conflicts) {
    report({ type: "flags-conflict", side: "local", mailbox: name, uid: conflict.pair.local, flags: conflict.flags });
  }
  for (const { pair, changes: changed } of situations) {
    for (const side of sides) {
      const change = changed[side];
      if (change === undefined) continue;
      flags[side].learn(pair[side], change.flags);
      // For the report; the plan has left out what cannot be kept.
      offerFlags(mailbox, otherSide(side), change.flags);
    }
  }
  for (const { side, pair, flags: wanted, present } of updates) {
    const uid = pair[side];
    // What was told since the changes were taken is dealt with later, and must not be overwritten now.
    const known = flags[side].changeOf(uid) !== undefined ? noModSeq : views[side].modSeqOf(uid);
    const seen = changes[side].get(uid)?.modSeq ?? known;
    const latest = laterModSeq(seen, baselines[side]);
    groups.add(side, uid, { flags: wanted, present, unchangedSince: progress[side].hidesChanges ? noModSeq : latest });
  }
}

/**
 * Mapped messages that changed on either side, each once, a slice at a time. What is not mapped is yet to be copied, or
 * was left out.
 */
function* pairsOf(
  { store, idx, progress }: OpenMailbox,
  changes: Changes,
): Generator<readonly PerSide<number>[], void, undefined> {
  const undeletable = sides.filter((side) => !isEmpty(progress[side].undeletable));
  // One whose counterpart is gone, and that cannot be deleted, keeps the flags it has.
  const isWhole = (pair: PerSide<number>): boolean =>
    !undeletable.some((side) => hasUid(progress[side].undeletable, pair[side]));
  for (const side of sides) {
    for (const uids of slices(changes[side].keys(), sliceSize)) {
      const all = store.mappings.pairsOf(idx, side, uidSetOf(uids));
      const pairs = undeletable.length === 0 ? all : all.filter(isWhole);
      yield side === "local" ? pairs : pairs.filter(({ local }) => !changes.local.has(local));
    }
  }
}

function situationOf(
  mailbox: OpenMailbox,
  { pair, changes }: { pair: PerSide<number>; changes: Changes },
): FlagSituation {
  const { flags } = mailbox;
  const isContested = sides.every((side) => changes[side].has(pair[side]));
  const isToMerge = isContested || isRefused(mailbox, pair, "unflaggable");
  const recorded = baseOf(mailbox, pair);
  return {
    pair,
    changes: perSide((side) => changes[side].get(pair[side])),
    present: perSide((side) => flags[side].present(pair[side])),
    base: isToMerge ? recorded : noBase,
    recorded,
  };
}

const noBase = { local: undefined, remote: undefined };

/** Of messages that were there at the last checkpoint. */
function baseOf({ flags, before, repairs, isDoubtful, progress }: OpenMailbox, pair: PerSide<number>) {
  // Usually nothing is recorded, because servers with mod-sequences report changes.
  if (repairs || !sides.some((side) => flags[side].hasBase)) return noBase;
  const wereThere = sides.every((side) => !isDoubtful[side] && pair[side] < (before[side]?.uidNext ?? 1));
  if (!wereThere) return noBase;
  const base = perSide((side) => flags[side].base(pair[side]));
  // If a message refused flags of the other side, it has not lost them.
  const isTold = (side: Side): boolean => base[side] !== undefined || !hasUid(progress[side].unflaggable, pair[side]);
  return sides.every(isTold) ? base : noBase;
}

/** Where a side cannot keep every flag, never had some, or would not take them, the other's must be known before they are overwritten. */
async function learnWhatOtherSideCannotTell(mailbox: OpenMailbox, { changes, baselines }: Taken): Promise<void> {
  const { store, idx, views, sessions, flags, progress } = mailbox;
  await bothSides(async (side) => {
    const other = otherSide(side);
    const tellsAll = tellsEveryFlag(views[other].permanentFlags, views[side].permanentFlags);
    const { unflaggable } = progress[other];
    if (tellsAll && isEmpty(unflaggable)) return;
    const tells = (uid: number): boolean =>
      tellsAll && (!hasUid(unflaggable, uid) || flags[other].base(uid) === undefined);
    const unknown = new UidSetBuilder();
    for (const uids of slices(changes[other].keys(), sliceSize)) {
      for (const { [side]: uid, [other]: otherUid } of store.mappings.pairsOf(idx, other, uidSetOf(uids))) {
        if (tells(otherUid)) continue;
        // A change of its own tells them: asked for now, they would be taken for one more, after what we make of this one.
        if (changes[side].has(uid) || flags[side].present(uid) !== undefined) continue;
        // So do those with which it was compared: what it may have by now would be taken for synchronised.
        const seen = flags[side].seen(uid);
        if (seen === undefined) unknown.add(uid);
        else flags[side].learn(uid, seen);
      }
    }
    await eachMessagesFlags(sessions[side], unknown.build(), (uid, found) => {
      // Newer than what we know to be synchronised: a change of its own, which the STORE will run into.
      if (!progress[side].hidesChanges && found.modSeq > baselines[side]) flags[side].note(uid, found);
      else flags[side].learn(uid, found.flags);
    });
  });
}

interface Again {
  readonly side: Side;
  readonly again: UidSet;
  readonly changes: Changes;
}

/**
 * What the other side changed is news once more, together with what this side has now; or had, if it is said to be gone: that
 * is looked into first.
 */
async function takeUpAgain(mailbox: OpenMailbox, { side, again, changes }: Again): Promise<void> {
  const { store, idx, sessions, views, flags } = mailbox;
  if (isEmpty(again)) return;
  mailbox.progress[side].isContested = true;
  const claimed = intersect(again, views[side].pending.vanished);
  for (const pair of store.mappings.pairsOf(idx, side, again)) {
    for (const one of hasUid(claimed, pair[side]) ? sides : [otherSide(side)]) {
      const change = changes[one].get(pair[one]);
      if (change === undefined) continue;
      const modSeq = laterModSeq(change.modSeq, views[one].modSeqOf(pair[one]));
      flags[one].reopen(pair[one], { flags: change.flags, modSeq });
    }
    // They may be what they were: a server may raise the mod-sequence for what changes nothing.
    flags[side].forget(pair[side]);
  }
  await refetchFlags(sessions[side], subtract(again, claimed));
}
