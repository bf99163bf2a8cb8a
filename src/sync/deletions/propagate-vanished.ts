// Carries deletions to the other side ("A deletion" in ARCHITECTURE.md). A mapping goes only after both messages are gone.

import { bothSides, type PerSide, type Side, sides } from "../../model/side.ts";
import { hasUid, intersect, isEmpty, type UidSet, uidSetOf, uidsOf } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { clearRefusal, refusedUids } from "../refused/record-refusal.ts";
import { clearRefusedChanges } from "../refused/refused-changes.ts";
import type { ConfirmedLoss } from "./confirm-loss.ts";
import { requireSame } from "./confirm-vanished.ts";
import { expungeMessages } from "./expunge-messages.ts";
import { countDeletions } from "./vanished-slices.ts";

/** @throws InterimapError MASS_DELETION, MAILBOX_EMPTIED when the guard does not admit it; nothing is deleted then. */
export async function propagateVanished(mailbox: OpenMailbox, { loss, plans, gone }: ConfirmedLoss): Promise<void> {
  const { progress } = mailbox;
  const { vanished } = loss;
  admitLoss(mailbox, { loss, plans });
  for (const side of sides) {
    forgetRefused(mailbox, side, vanished[side]);
    progress[side].hasShrunk ||= !isEmpty(gone[side]);
  }
  let isFirst = true;
  for (const plan of plans) {
    // A mailbox that is being deleted says so late, but before the end.
    if (!isFirst) await bothSides((side) => (isEmpty(vanished[side]) ? Promise.resolve() : requireSame(mailbox, side)));
    isFirst = false;
    dropMappings(mailbox, plan.drop);
    const left = await bothSides((side) => expungeMessages(mailbox, side, plan.expunge[side]));
    const isDone = (pair: PerSide<number>): boolean => !sides.some((side) => hasUid(left[side], pair[side]));
    dropMappings(mailbox, plan.dropAfter.filter(isDone));
  }
}

/** @throws InterimapError MASS_DELETION, MAILBOX_EMPTIED when the guard does not admit it. */
export function admitLoss({ guard, idx }: OpenMailbox, { loss, plans }: Pick<ConfirmedLoss, "loss" | "plans">): void {
  const moved = guard.movedFrom(idx);
  guard.admit(loss, moved && countDeletions(plans, moved));
}

/** Messages that are gone need not be copied any more. */
function forgetRefused(mailbox: OpenMailbox, side: Side, vanished: UidSet): void {
  for (const uid of uidsOf(intersect(refusedUids(mailbox, side), vanished))) clearRefusal(mailbox, side, uid);
}

function dropMappings(mailbox: OpenMailbox, pairs: readonly PerSide<number>[]): void {
  const { store, idx } = mailbox;
  if (pairs.length === 0) return;
  for (const side of sides) clearRefusedChanges(mailbox, side, uidSetOf(pairs.map((pair) => pair[side])));
  store.mappings.remove(
    idx,
    pairs.map(({ local }) => local),
  );
}
