// Counts the deletions that follow from what a mailbox has lost. Nothing else counts them: the guard and the code that deletes
// use this number.

import { type PerSide, sides } from "../../model/side.ts";
import { isSameSet, type UidSet } from "../../model/uid-set.ts";
import type { Store } from "../../state/state-store.ts";
import { newlyVanished } from "../refused/refused-changes.ts";
import type { Loss } from "./loss.ts";
import type { VanishedPlan } from "./vanished-plan.ts";
import { countDeletions, vanishedPlans } from "./vanished-slices.ts";

interface Losing {
  readonly store: Store;
  readonly idx: number;
  readonly name: string;
  readonly isRubbish: boolean;
}

interface Told {
  /** Messages of each side that its server says are gone. */
  readonly vanished: PerSide<UidSet>;
  /** Those that the server of each side will not delete. */
  readonly undeletable: PerSide<UidSet>;
  /** An earlier count. If the messages are the same, they are not counted again. */
  readonly earlier?: Loss | undefined;
}

/** Also returns the plans from which the count comes, so that they can be carried out. */
export function countLoss(
  { store, idx, name, isRubbish }: Losing,
  { vanished: told, undeletable, earlier }: Told,
): { readonly loss: Loss; readonly plans: Iterable<VanishedPlan> } {
  const vanished = newlyVanished({ store, idx, undeletable, vanished: told });
  const known = store.mappings.count(idx);
  const plans = vanishedPlans({ store, idx, vanished });
  const isCounted =
    earlier?.known === known && sides.every((side) => isSameSet(earlier.vanished[side], vanished[side]));
  const deletions = isCounted ? earlier.deletions : countDeletions(plans);
  return { loss: { idx, name, isRubbish, known, vanished, deletions }, plans };
}
