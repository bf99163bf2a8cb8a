// Finds out what a mailbox has lost by now, on both sides, and has the servers confirm it. Does nothing about it yet.

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
  /** Everything that is gone, even messages that are not recorded or cannot be deleted on the other side. */
  readonly gone: PerSide<UidSet>;
}

/**
 * Removes confirmed losses from the views: the caller has them now. Undefined: nothing vanished.
 * @throws InterimapError as `confirmVanished()`.
 */
export async function confirmLoss(mailbox: OpenMailbox): Promise<ConfirmedLoss | undefined> {
  const { idx, surveys, progress } = mailbox;
  const gone = await confirmGone(mailbox);
  if (gone === undefined) return undefined;
  const undeletable = perSide((side) => progress[side].undeletable);
  return { gone, ...countLoss(mailbox, { vanished: gone, undeletable, earlier: surveys.get(idx)?.loss }) };
}

/** The same, without counting the deletions that follow. */
export async function confirmGone(mailbox: OpenMailbox): Promise<PerSide<UidSet> | undefined> {
  const { views } = mailbox;
  for (const side of sides) forgetUnknown(mailbox, side);
  if (sides.every((side) => isEmpty(views[side].pending.vanished))) return undefined;
  const confirmed = await bothSides((side) => confirmVanished(mailbox, side));
  // There may be something unreadable among the answers.
  for (const side of sides) views[side].requireReadable(side);
  return perSide((side) => views[side].takeVanished(confirmed[side]));
}
