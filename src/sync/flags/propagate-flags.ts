// Carries flag changes to the other side ("A flag" in ARCHITECTURE.md): taken from both views at once, planned, stored in
// groups of equal flags, and taken up again where the target changed under our hands.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { FlagChange } from "../../imap/mailbox/pending-changes.ts";
import { eachMessagesFlags, refetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { storeFlags } from "../../imap/verbs/uid-store.ts";
import { noFlags, storableFlags, tellsEveryFlag, withoutFlags } from "../../model/flags.ts";
import { laterModSeq } from "../../model/mod-seq.ts";
import { bothSides, otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import {
  countUids,
  emptyUidSet,
  halves,
  hasUid,
  intersect,
  isEmpty,
  subtract,
  type UidSet,
  UidSetBuilder,
  uidSetOf,
  uidsOf,
  union,
} from "../../model/uid-set.ts";
import { allDone } from "../../util/all-done.ts";
import { slices } from "../../util/slices.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { leftAsTheyWere } from "./confirm-stored.ts";
import { type FlagSituation, planFlags } from "./flags-plan.ts";
import { flagsWithoutNewKeywords, noteFlagRefusal, offerFlags } from "./offer-flags.ts";
import { type StoreGroup, StoreGroups } from "./same-flags-groups.ts";

type Changes = PerSide<ReadonlyMap<number, FlagChange>>;

/** How many pairs are planned together: a million would take more memory than everything else. */
const sliceSize = 10_000;

/** Deals with all flag changes the views hold now; some may be there again afterwards. */
export async function propagateFlags(mailbox: OpenMailbox): Promise<void> {
  const { views, flags } = mailbox;
  // Taken together with the mod-sequence up to which they are complete: nothing may arrive in between.
  const changes = perSide((side) => flags.news(side, views[side].pending.takeChanges()));
  const baselines = perSide((side) => views[side].highestModSeq);
  if (sides.every((side) => changes[side].size === 0)) return;

  await learnWhatOtherSideCannotTell(mailbox, { changes, baselines });
  const groups = new StoreGroups();
  for (const pairs of pairsOf(mailbox, changes)) plan(mailbox, { pairs, changes, baselines, groups });
  const contested = await bothSides((side) => applyGroups(mailbox, side, groups.of(side)));
  // Only when both sides have answered: one may report our STORE after the other has refused its own.
  await bothSides((side) => takeUpAgain(mailbox, { side, again: contested[side], changes }));
}

interface Taken {
  readonly changes: Changes;
  readonly baselines: PerSide<bigint>;
}

interface Slice extends Taken {
  readonly pairs: readonly PerSide<number>[];
  /** What is to be done is added to them. */
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
      flags.learn(side, pair[side], change.flags);
      // For the report; the plan has left out what cannot be kept.
      offerFlags(mailbox, otherSide(side), change.flags);
    }
  }
  for (const { side, pair, flags: wanted, present } of updates) {
    const uid = pair[side];
    // What was told since the changes were taken is dealt with later, and must not be overwritten now.
    const known = views[side].pending.changeOf(uid) !== undefined ? 0n : views[side].modSeqOf(uid);
    const seen = changes[side].get(uid)?.modSeq ?? known;
    const latest = laterModSeq(seen, baselines[side]);
    groups.add(side, uid, { flags: wanted, present, unchangedSince: progress[side].hidesChanges ? 0n : latest });
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
  { flags }: OpenMailbox,
  { pair, changes }: { pair: PerSide<number>; changes: Changes },
): FlagSituation {
  return {
    pair,
    changes: perSide((side) => changes[side].get(pair[side])),
    present: perSide((side) => flags.recall(side, pair[side])),
  };
}

/** Where a side cannot keep every flag, or never had some, the other's must be known before they are overwritten. */
async function learnWhatOtherSideCannotTell(mailbox: OpenMailbox, { changes, baselines }: Taken): Promise<void> {
  const { store, idx, views, sessions, flags, progress } = mailbox;
  await bothSides(async (side) => {
    const other = otherSide(side);
    if (tellsEveryFlag(views[other].permanentFlags, views[side].permanentFlags)) return;
    const unknown = new UidSetBuilder();
    for (const uids of slices(changes[other].keys(), sliceSize)) {
      for (const { [side]: uid } of store.mappings.pairsOf(idx, other, uidSetOf(uids))) {
        // A change of its own tells them: asked for now, they would be taken for one more, after what we make of this one.
        if (!changes[side].has(uid) && flags.recall(side, uid) === undefined) unknown.add(uid);
      }
    }
    await eachMessagesFlags(sessions[side], unknown.build(), (uid, found) => {
      // Newer than what we know to be synchronised: a change of its own, which the STORE will run into.
      if (!progress[side].hidesChanges && found.modSeq > baselines[side]) views[side].pending.noteChange(uid, found);
      else flags.learn(side, uid, found.flags);
    });
  });
}

/** Returns the messages that changed under our hands, or are said to be gone. */
async function applyGroups(mailbox: OpenMailbox, side: Side, groups: readonly StoreGroup[]): Promise<UidSet> {
  const patience = { left: refusalsInARow };
  const contested = await allDone(groups.map((group) => applyGroup(mailbox, { side, group, patience })));
  return contested.reduce(union, emptyUidSet);
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
      // Our own STORE may have been carried out there.
      const now = flags.recall(one, pair[one]) ?? change.flags;
      const modSeq = laterModSeq(change.modSeq, views[one].modSeqOf(pair[one]));
      flags.forget(one, pair[one]);
      // What was reported about it since then is newer.
      if (views[one].pending.changeOf(pair[one]) !== undefined) continue;
      views[one].pending.noteChange(pair[one], { flags: now, modSeq });
    }
    // They may be what they were: a server may raise the mod-sequence for what changes nothing.
    flags.forget(side, pair[side]);
  }
  await refetchFlags(sessions[side], subtract(again, claimed));
}

/** After this many refusals in a row no flags can be set here. Enough to find a single message among all others. */
const refusalsInARow = 20;

interface Storing {
  readonly side: Side;
  readonly group: StoreGroup;
  /** Shared by all groups. */
  readonly patience: { left: number };
  /** The server would not have all flags, and these are the rest. */
  readonly isRest?: boolean;
}

/**
 * Returns those the server left alone because they changed meanwhile (RFC 7162 3.1.3 MODIFIED), and those that it says are
 * gone: if they are not, they may have changed, too.
 */
async function applyGroup(mailbox: OpenMailbox, storing: Storing): Promise<UidSet> {
  const { side, group, patience, isRest = false } = storing;
  const { sessions, views, flags: knowledge, report, name, progress } = mailbox;
  const { uids, flags } = group;
  const claimed = intersect(uids, views[side].pending.vanished);
  if (!isEmpty(claimed)) {
    const left = subtract(uids, claimed);
    if (isEmpty(left)) return claimed;
    return union(claimed, await applyGroup(mailbox, { ...storing, group: { ...group, uids: left } }));
  }
  progress[side].isTouched = true;
  try {
    const modified = await storeFlags(sessions[side], group);
    const taken = subtract(uids, modified);
    const left = await leftAsTheyWere(mailbox, side, { ...group, uids: taken });
    for (const [uid, now] of left) knowledge.learn(side, uid, now);
    const denied = uidSetOf(left.keys());
    const done = subtract(taken, denied);
    patience.left = refusalsInARow;
    for (const uid of uidsOf(done)) knowledge.learn(side, uid, flags);
    if (!isRest) progress[side].settled = union(progress[side].settled, done);
    if (!isEmpty(denied)) noteFlagRefusal(mailbox, { side, uids: denied, keywords: noFlags, reason: undefined });
    if (!isEmpty(done)) report({ type: "flags-updated", side, mailbox: name, uids: done, flags });
    return intersect(uids, modified);
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    const acceptable = flagsWithoutNewKeywords(mailbox, side, flags);
    if (acceptable !== undefined) {
      const keywords = withoutFlags(storableFlags(flags, views[side].permanentFlags), acceptable);
      noteFlagRefusal(mailbox, { side, uids, keywords, reason: error.words });
      return applyGroup(mailbox, {
        ...storing,
        group: { ...group, flags: withoutFlags(flags, keywords) },
        isRest: true,
      });
    }
    if (countUids(uids) === 1 || --patience.left <= 0) {
      noteFlagRefusal(mailbox, { side, uids, keywords: noFlags, reason: error.words });
      return emptyUidSet;
    }
    // It may be about one of them only.
    let contested = emptyUidSet;
    for (const half of halves(uids))
      contested = union(contested, await applyGroup(mailbox, { ...storing, group: { ...group, uids: half } }));
    return contested;
  }
}
