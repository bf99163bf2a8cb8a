// What to expunge and which mappings to drop, when messages vanished on one side or both. Pure.

import { type PerSide, perSide, type Side } from "../../model/side.ts";
import { hasUid, type UidSet, uidSetOf } from "../../model/uid-set.ts";

export interface VanishedPlan {
  /** UIDs to expunge on each side: their counterparts vanished on the other. */
  readonly expunge: PerSide<UidSet>;
  /** Mappings whose messages are gone on both sides. */
  readonly drop: readonly PerSide<number>[];
  /** Mappings to drop once the expunges are done. */
  readonly dropAfter: readonly PerSide<number>[];
}

/** `pairs` are the mappings of which at least one side vanished. */
export function planVanished(pairs: readonly PerSide<number>[], vanished: PerSide<UidSet>): VanishedPlan {
  const drop: PerSide<number>[] = [];
  const dropAfter: PerSide<number>[] = [];
  const left: Record<Side, number[]> = { local: [], remote: [] };
  for (const pair of pairs) {
    const isGone = { local: hasUid(vanished.local, pair.local), remote: hasUid(vanished.remote, pair.remote) };
    if (isGone.local && isGone.remote) {
      drop.push(pair);
      continue;
    }
    dropAfter.push(pair);
    if (isGone.local) left.remote.push(pair.remote);
    if (isGone.remote) left.local.push(pair.local);
  }
  return { expunge: perSide((side) => uidSetOf(left[side])), drop, dropAfter };
}
