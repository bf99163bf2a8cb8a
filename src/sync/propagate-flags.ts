// Carries flag changes to the other side (walk 2 in ARCHITECTURE.md): taken from both views at once, planned, stored in
// groups of equal flags, and taken up again where the target changed under our hands.

import { fetchFlags, refetchFlags } from "../imap/commands/fetch.ts";
import { storeFlags } from "../imap/commands/store.ts";
import { CommandRefused } from "../imap/command-refused.ts";
import type { FlagChange } from "../imap/mailbox-view.ts";
import { noFlags, tellsEveryFlag, withoutFlags, type FlagSet } from "../model/flags.ts";
import { groupBy } from "../model/group-by.ts";
import { allDone } from "../model/all-done.ts";
import { bothSides, otherSide, perSide, sides, type PerSide, type Side } from "../model/side.ts";
import { isEmpty, hasUid, uidSetOf } from "../model/uid-set.ts";
import { planFlags, type FlagSituation, type FlagUpdate } from "./flags-plan.ts";
import { flagsWithoutNewKeywords, noteFlagRefusal, offerFlags } from "./offer-flags.ts";
import type { OpenMailbox } from "./open-mailbox.ts";

type Changes = PerSide<ReadonlyMap<number, FlagChange>>;

/** Deals with all flag changes the views hold now; some may be there again afterwards. */
export async function propagateFlags(mailbox: OpenMailbox): Promise<void> {
  const { views, flags, report, name } = mailbox;
  // Taken together with the mod-sequence up to which they are complete: nothing may arrive in between.
  const changes = perSide((side) => flags.news(side, views[side].takeChanges()));
  const baselines = perSide((side) => views[side].highestModSeq);
  if (sides.every((side) => changes[side].size === 0)) return;

  const pairs = pairsOf(mailbox, changes);
  await learnWhatOtherSideCannotTell(mailbox, { changes, pairs, baselines });
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
  await bothSides((side) => applyUpdates(mailbox, { side, updates, changes, baseline: baselines[side] }));
}

/** Mapped messages that changed on either side. What is not mapped is yet to be copied, or was left out. */
function pairsOf({ store, idx }: OpenMailbox, changes: Changes): PerSide<number>[] {
  const byLocal = new Map<number, PerSide<number>>();
  for (const side of sides) {
    for (const pair of store.pairsOf(idx, side, uidSetOf(changes[side].keys()))) byLocal.set(pair.local, pair);
  }
  return [...byLocal.values()];
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
async function learnWhatOtherSideCannotTell(
  { views, sessions, flags }: OpenMailbox,
  { changes, pairs, baselines }: { changes: Changes; pairs: readonly PerSide<number>[]; baselines: PerSide<bigint> },
): Promise<void> {
  await bothSides(async (side) => {
    const other = otherSide(side);
    if (tellsEveryFlag(views[other].permanentFlags, views[side].permanentFlags)) return;
    // A change of its own tells them: asked for now, they would be taken for one more, after what we make of this one.
    const isUnknown = (uid: number): boolean => !changes[side].has(uid) && flags.recall(side, uid) === undefined;
    const unknown = pairs.filter((pair) => changes[other].has(pair[other]) && isUnknown(pair[side]));
    const present = await fetchFlags(sessions[side], uidSetOf(unknown.map((pair) => pair[side])));
    for (const [uid, found] of present) {
      // Newer than what we know to be synchronised: a change of its own, which the STORE will run into.
      if (found.modSeq > baselines[side]) views[side].noteChange(uid, found);
      else flags.learn(side, uid, found.flags);
    }
  });
}

interface SideUpdates {
  readonly side: Side;
  readonly updates: readonly FlagUpdate[];
  readonly changes: Changes;
  readonly baseline: bigint;
}

async function applyUpdates(mailbox: OpenMailbox, { side, updates, changes, baseline }: SideUpdates): Promise<void> {
  const { sessions, views } = mailbox;
  const view = views[side];
  const sinceOf = ({ pair }: FlagUpdate): bigint => {
    const seen = changes[side].get(pair[side])?.modSeq ?? view.modSeqOf(pair[side]);
    return seen > baseline ? seen : baseline;
  };
  const groups = groupBy(
    updates.filter((update) => update.side === side),
    (update) => `${String(sinceOf(update))} ${update.flags.key}`,
  );
  const contested = await allDone(
    [...groups.values()].map((group) =>
      applyGroup(mailbox, { side, group, unchangedSince: sinceOf(group[0] as FlagUpdate) }),
    ),
  );
  const again = contested.flat();
  if (again.length === 0) return;
  const other = otherSide(side);
  for (const { pair } of again) {
    const change = changes[other].get(pair[other]);
    if (change !== undefined) {
      mailbox.flags.forget(other, pair[other]);
      views[other].noteChange(pair[other], change);
    }
  }
  await refetchFlags(sessions[side], uidSetOf(again.map(({ pair }) => pair[side])));
}

interface Group {
  readonly side: Side;
  readonly group: readonly FlagUpdate[];
  readonly unchangedSince: bigint;
}

/** Returns those the server left alone because they changed meanwhile (RFC 7162 3.1.3 MODIFIED). */
async function applyGroup(
  mailbox: OpenMailbox,
  { side, group, unchangedSince }: Group,
): Promise<readonly FlagUpdate[]> {
  const { sessions, flags: knowledge, report, name } = mailbox;
  mailbox.progress[side].isTouched = true;
  const uids = uidSetOf(group.map(({ pair }) => pair[side]));
  const { flags } = group[0] as { flags: FlagSet };
  try {
    const modified = await storeFlags(sessions[side], { uids, flags, unchangedSince });
    const done = group.filter(({ pair }) => !hasUid(modified, pair[side]));
    for (const { pair } of done) knowledge.learn(side, pair[side], flags);
    if (done.length > 0) {
      report({ type: "flags-updated", side, mailbox: name, uids: uidSetOf(done.map(({ pair }) => pair[side])), flags });
    }
    return isEmpty(modified) ? [] : group.filter(({ pair }) => hasUid(modified, pair[side]));
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    const acceptable = flagsWithoutNewKeywords(mailbox, side, flags);
    const keywords = acceptable === undefined ? noFlags : withoutFlags(flags, acceptable);
    noteFlagRefusal(mailbox, { side, uids, keywords, reason: error.words });
    if (acceptable === undefined) return [];
    const rest = group.map((update) => ({ ...update, flags: acceptable }));
    return applyGroup(mailbox, { side, group: rest, unchangedSince });
  }
}
