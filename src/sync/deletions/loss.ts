// What a mailbox has lost, and what is to be deleted for it: counted here only, for the guard and for those who delete.

import { type PerSide, sides } from "../../model/side.ts";
import { isSameSet, type UidSet } from "../../model/uid-set.ts";
import type { Store } from "../../state/state-store.ts";
import { newlyVanished } from "../refused/refused-changes.ts";
import type { VanishedPlan } from "./vanished-plan.ts";
import { countDeletions, vanishedPlans } from "./vanished-slices.ts";

export interface Loss {
  readonly idx: number;
  readonly name: string;
  /** People empty it: a share of all messages is counted without it. */
  readonly isRubbish: boolean;
  /** How many messages are recorded as being on both sides, those that vanished included. */
  readonly known: number;
  /** Messages of each side that vanished, but for those whose counterparts cannot be deleted. */
  readonly vanished: PerSide<UidSet>;
  /** How many messages of each side vanished and are still on the other. */
  readonly deletions: PerSide<number>;
}

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
export function lossOf(
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
