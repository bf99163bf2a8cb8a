// What to expunge and which mappings to drop, when messages vanished on one side or both. Pure.

import { otherSide, sides, type PerSide } from "../model/side.ts";
import { hasUid, uidSetOf, type UidSet } from "../model/uid-set.ts";

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
  const isGone = (pair: PerSide<number>): PerSide<boolean> => ({
    local: hasUid(vanished.local, pair.local),
    remote: hasUid(vanished.remote, pair.remote),
  });
  const remaining = pairs.filter((pair) => sides.some((side) => !isGone(pair)[side]));
  const expungeOn = (side: "local" | "remote"): UidSet =>
    uidSetOf(remaining.filter((pair) => isGone(pair)[otherSide(side)]).map((pair) => pair[side]));
  return {
    expunge: { local: expungeOn("local"), remote: expungeOn("remote") },
    drop: pairs.filter((pair) => sides.every((side) => isGone(pair)[side])),
    dropAfter: remaining,
  };
}
