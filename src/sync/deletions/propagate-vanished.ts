// Carries deletions to the other side ("A deletion" in ARCHITECTURE.md). A mapping goes only after both messages are gone.

import { bothSides, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { hasUid, intersect, isEmpty, type UidSet, uidSetOf, uidsOf } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { clearRefusal, refusedUids } from "../refused/record-refusal.ts";
import { clearRefusedChanges } from "../refused/refused-changes.ts";
import { confirmVanished, forgetUnknown, requireSame } from "./confirm-vanished.ts";
import { expungeMessages } from "./expunge-messages.ts";
import { lossOf } from "./loss.ts";
import { countDeletions } from "./vanished-slices.ts";

/** Deals with all messages the views report as vanished now. */
export async function propagateVanished(mailbox: OpenMailbox): Promise<void> {
  const { views, idx } = mailbox;
  for (const side of sides) forgetUnknown(mailbox, side);
  if (sides.every((side) => isEmpty(views[side].pending.vanished))) return;
  const gone = await bothSides((side) => confirmVanished(mailbox, side));
  // The answers may have brought what cannot be read.
  for (const side of sides) views[side].requireReadable(side);
  const told = perSide((side) => views[side].takeVanished(gone[side]));
  const undeletable = perSide((side) => mailbox.progress[side].undeletable);
  const { loss, plans } = lossOf(mailbox, { vanished: told, undeletable });
  const { vanished } = loss;
  const moved = mailbox.guard.movedFrom(idx);
  mailbox.guard.admit(loss, moved && countDeletions(plans, moved));
  for (const side of sides) {
    forgetRefused(mailbox, side, vanished[side]);
    mailbox.progress[side].hasShrunk ||= !isEmpty(told[side]);
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

/** What is gone need not be copied any more. */
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
