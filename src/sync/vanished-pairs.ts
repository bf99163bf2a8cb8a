// The mappings of messages that vanished, a slice at a time: a million may have.

import { otherSide, perSide, sides, type PerSide, type Side } from "../model/side.ts";
import { slices } from "../model/slices.ts";
import { countUids, hasUid, intersect, uidSetOf, uidsOf, type UidSet } from "../model/uid-set.ts";
import type { Store } from "../store/store.ts";
import { planVanished } from "./vanished-plan.ts";

/** So many are expunged together: enough for full command lines, with some of them in flight. */
const sliceSize = 50_000;

export interface Vanished {
  readonly store: Store;
  readonly idx: number;
  readonly vanished: PerSide<UidSet>;
}

/**
 * Those of which at least one side vanished, each once; to be gone through as often as one likes. They may be removed
 * between one slice and the next.
 */
export function vanishedPairs(all: Vanished): Iterable<readonly PerSide<number>[]> {
  const isLittle = sides.every((side) => countUids(all.vanished[side]) <= sliceSize / 2);
  return isLittle ? [...eachSlice(all)] : { [Symbol.iterator]: () => eachSlice(all) };
}

function* eachSlice(all: Vanished): Generator<readonly PerSide<number>[], void, undefined> {
  const { store, idx, vanished } = all;
  for (const side of sides) {
    for (const uids of slices(uidsOf(mappedOf(all, side)), sliceSize)) {
      const pairs = store.pairsOf(idx, side, uidSetOf(uids));
      yield side === "local" ? pairs : pairs.filter(({ local }) => !hasUid(vanished.local, local));
    }
  }
}

/** How many messages of each side vanished and are still on the other. */
export function countDeletions(
  pairs: Iterable<readonly PerSide<number>[]>,
  vanished: PerSide<UidSet>,
): PerSide<number> {
  const counts: Record<Side, number> = { local: 0, remote: 0 };
  for (const slice of pairs) {
    const { expunge } = planVanished(slice, vanished);
    for (const side of sides) counts[side] += countUids(expunge[otherSide(side)]);
  }
  return perSide((side) => counts[side]);
}

/** A server may name far more UIDs than there ever were messages. */
function mappedOf({ store, idx, vanished }: Vanished, side: Side): UidSet {
  const uids = vanished[side];
  return countUids(uids) <= sliceSize ? uids : intersect(uids, store.mappedUids(idx, side));
}
