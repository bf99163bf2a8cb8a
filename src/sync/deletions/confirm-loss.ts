// What a mailbox has lost by now, on both sides, as its servers confirm it. Nothing has been done about it yet.

import { bothSides, type PerSide, perSide, sides } from "../../model/side.ts";
import { isEmpty, type UidSet } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { confirmVanished, forgetUnknown } from "./confirm-vanished.ts";
import { countLoss } from "./count-loss.ts";
import type { Loss } from "./loss.ts";
import type { VanishedPlan } from "./vanished-plan.ts";

export interface ConfirmedLoss {
  readonly loss: Loss;
  /** What to do about it. */
  readonly plans: Iterable<VanishedPlan>;
  /** All that is gone, what is not recorded and what cannot be deleted on the other side included. */
  readonly gone: PerSide<UidSet>;
}

/**
 * Takes what is confirmed off the views: it is in the caller's hands. Undefined: nothing vanished.
 * @throws InterimapError as `confirmVanished()`.
 */
export async function confirmLoss(mailbox: OpenMailbox): Promise<ConfirmedLoss | undefined> {
  const { idx, surveys, progress } = mailbox;
  const gone = await confirmGone(mailbox);
  if (gone === undefined) return undefined;
  const undeletable = perSide((side) => progress[side].undeletable);
  return { gone, ...countLoss(mailbox, { vanished: gone, undeletable, earlier: surveys.get(idx)?.loss }) };
}

/** The same, and what it means is not counted. */
export async function confirmGone(mailbox: OpenMailbox): Promise<PerSide<UidSet> | undefined> {
  const { views } = mailbox;
  for (const side of sides) forgetUnknown(mailbox, side);
  if (sides.every((side) => isEmpty(views[side].pending.vanished))) return undefined;
  const confirmed = await bothSides((side) => confirmVanished(mailbox, side));
  // The answers may have brought what cannot be read.
  for (const side of sides) views[side].requireReadable(side);
  return perSide((side) => views[side].takeVanished(confirmed[side]));
}
