// Plans what to do about all vanished messages, a slice at a time: there may be a million.

import { otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { countUids, hasUid, intersect, type UidSet, uidSetOf, uidsOf } from "../../model/uid-set.ts";
import type { Store } from "../../state/state-store.ts";
import { slices } from "../../util/slices.ts";
import { planVanished, type VanishedPlan } from "./vanished-plan.ts";

/** How many are expunged together: enough for full command lines, with some of them in flight. */
const sliceSize = 10_000;

export interface Vanished {
  readonly store: Store;
  readonly idx: number;
  readonly vanished: PerSide<UidSet>;
}

/**
 * Each mapping of which at least one message vanished is in one of these plans. They can be iterated any number of times. The
 * mappings of one may be removed before the next is requested.
 */
export function vanishedPlans(all: Vanished): Iterable<VanishedPlan> {
  const isLittle = sides.every((side) => countUids(all.vanished[side]) <= sliceSize);
  return isLittle ? [...eachPlan(all)] : { [Symbol.iterator]: () => eachPlan(all) };
}

function* eachPlan(all: Vanished): Generator<VanishedPlan, void, undefined> {
  const { store, idx, vanished } = all;
  for (const side of sides) {
    for (const uids of slices(uidsOf(mappedOf(all, side)), sliceSize)) {
      const pairs = store.mappings.pairsOf(idx, side, uidSetOf(uids));
      const left = side === "local" ? pairs : pairs.filter(({ local }) => !hasUid(vanished.local, local));
      yield planVanished(left, vanished);
    }
  }
}

/** How many messages of each side vanished and are still on the other; `among`: only those that it has among these. */
export function countDeletions(plans: Iterable<VanishedPlan>, among?: PerSide<UidSet>): PerSide<number> {
  const counts: Record<Side, number> = { local: 0, remote: 0 };
  for (const { expunge } of plans) {
    for (const side of sides) {
      const other = otherSide(side);
      counts[side] += countUids(among === undefined ? expunge[other] : intersect(expunge[other], among[other]));
    }
  }
  return perSide((side) => counts[side]);
}

/** A server may report far more UIDs than there ever were messages. */
function mappedOf({ store, idx, vanished }: Vanished, side: Side): UidSet {
  const uids = vanished[side];
  return countUids(uids) <= sliceSize ? uids : intersect(uids, store.mappings.uids(idx, side));
}
