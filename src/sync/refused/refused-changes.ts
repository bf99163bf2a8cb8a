// Deletions and flags that a server will not carry out: what is remembered of them, and what that means for the rest.
// Each has its mapping row still: a message whose counterpart is gone is neither new nor to be copied back.

import { otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { hasUid, intersect, isEmpty, subtract, type UidSet, uidSetOf, uidsOf, union } from "../../model/uid-set.ts";
import type { ChangeRefusal } from "../../state/refused-changes.ts";
import type { Store } from "../../state/state-store.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";

export function recordRefusedDeletion(mailbox: OpenMailbox, refusal: Omit<ChangeRefusal, "what">): void {
  const { store, idx, name, report, progress } = mailbox;
  const { side, uids, reason } = refusal;
  store.refusals.recordChanges(idx, { ...refusal, what: "deletion" });
  progress[side].undeletable = union(progress[side].undeletable, uids);
  progress[side].unflaggable = subtract(progress[side].unflaggable, uids);
  report({ type: "deletions-refused", side, mailbox: name, uids, reason });
}

export function recordRefusedFlags(mailbox: OpenMailbox, refusal: Omit<ChangeRefusal, "what">): void {
  const { store, idx, progress } = mailbox;
  const { side, uids } = refusal;
  store.refusals.recordChanges(idx, { ...refusal, what: "flags" });
  progress[side].unflaggable = union(progress[side].unflaggable, uids);
  progress[side].settled = subtract(progress[side].settled, uids);
}

/** It was done in the end, or there is nothing left to be done. */
export function clearRefusedChanges({ store, idx, progress }: OpenMailbox, side: Side, uids: UidSet): void {
  const { undeletable, unflaggable } = progress[side];
  const known = intersect(union(undeletable, unflaggable), uids);
  if (isEmpty(known)) return;
  store.refusals.clearChanges(idx, side, [...uidsOf(known)]);
  progress[side].undeletable = subtract(undeletable, known);
  progress[side].unflaggable = subtract(unflaggable, known);
}

/** Flags that were set in the meantime are forgotten only with the checkpoint: until then a change may have to be repeated. */
export function clearSettledFlags(mailbox: OpenMailbox): void {
  for (const side of sides) {
    const { settled, unflaggable } = mailbox.progress[side];
    clearRefusedChanges(mailbox, side, intersect(settled, unflaggable));
  }
}

/** Whether either message of a pair is one that its server will not delete, or whose flags it will not set. */
export function isRefused(
  { progress }: Pick<OpenMailbox, "progress">,
  pair: PerSide<number>,
  what: "undeletable" | "unflaggable",
): boolean {
  return sides.some((side) => hasUid(progress[side][what], pair[side]));
}

export function undeletableIn({ store, idx }: { readonly store: Store; readonly idx: number }): PerSide<UidSet> {
  const kept = store.refusals.changes(idx).filter(({ what }) => what === "deletion");
  return perSide((side) => uidSetOf(kept.filter((one) => one.side === side).map(({ uid }) => uid)));
}

/** Messages that are recorded and gone: their counterparts cannot be deleted. */
export function goneAlready({ store, idx, progress }: OpenMailbox, side: Side): UidSet {
  const other = otherSide(side);
  return uidSetOf(store.mappings.pairsOf(idx, other, progress[other].undeletable).map((pair) => pair[side]));
}

interface Vanishing {
  readonly store: Store;
  readonly idx: number;
  readonly undeletable: PerSide<UidSet>;
  readonly vanished: PerSide<UidSet>;
}

/**
 * What vanished, without the counterparts of messages that cannot be deleted: some servers report them each time. Where
 * such a message is gone after all, its counterpart counts as gone, too, whether that is told or not.
 */
export function newlyVanished({ store, idx, undeletable, vanished }: Vanishing): PerSide<UidSet> {
  const result: Record<Side, UidSet> = { ...vanished };
  for (const side of sides) {
    if (isEmpty(undeletable[side])) continue;
    const other = otherSide(side);
    const pairs = store.mappings.pairsOf(idx, side, undeletable[side]);
    const isGone = (pair: PerSide<number>): boolean => hasUid(vanished[side], pair[side]);
    const counterparts = (chosen: readonly PerSide<number>[]): UidSet => uidSetOf(chosen.map((pair) => pair[other]));
    result[other] = union(subtract(result[other], counterparts(pairs)), counterparts(pairs.filter(isGone)));
  }
  return result;
}
