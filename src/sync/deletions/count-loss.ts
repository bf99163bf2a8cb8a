// What is to be deleted for what a mailbox has lost: counted here only, for the guard and for those who delete.

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
  /** Messages of each side that are gone by the word of its server. */
  readonly vanished: PerSide<UidSet>;
  /** Those that the server of each side will not delete. */
  readonly undeletable: PerSide<UidSet>;
  /** What was counted before. It is not counted again where it is the same. */
  readonly earlier?: Loss | undefined;
}

/** Also returns the plans that the count comes from, to be carried out. */
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
