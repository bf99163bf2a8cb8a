// Which flags to set where, when messages changed on one side or both. Pure.
// One side changed: the other follows. Both changed, differently: both get the union.
// A server that cannot keep a flag neither receives it nor, by lacking it, takes it away from the other side.

import type { FlagChange } from "../../imap/mailbox/pending-changes.ts";
import { type FlagSet, type PermanentFlags, storableFlags, unionFlags, untoldFlags } from "../../model/flags.ts";
import { otherSide, type PerSide, type Side, sides } from "../../model/side.ts";

export interface FlagSituation {
  /** A mapping: the message's UID on each side. */
  readonly pair: PerSide<number>;
  readonly changes: PerSide<FlagChange | undefined>;
  /** The flags before the change, where they are known. */
  readonly present: PerSide<FlagSet | undefined>;
}

export interface FlagUpdate {
  readonly side: Side;
  readonly pair: PerSide<number>;
  readonly flags: FlagSet;
  /** What the message has there now, where that is known. */
  readonly present: FlagSet | undefined;
}

export interface FlagPlan {
  readonly updates: readonly FlagUpdate[];
  /** Messages that changed differently on both sides. */
  readonly conflicts: readonly { readonly pair: PerSide<number>; readonly flags: FlagSet }[];
}

export function planFlags(situations: readonly FlagSituation[], permanent: PerSide<PermanentFlags>): FlagPlan {
  const updates: FlagUpdate[] = [];
  const conflicts: { pair: PerSide<number>; flags: FlagSet }[] = [];
  for (const situation of situations) {
    const { pair, changes } = situation;
    const isContested = changes.local !== undefined && changes.remote !== undefined;
    const before = updates.length;
    for (const side of sides) {
      const flags = wantedOn(side, situation, permanent);
      const now = changes[side]?.flags ?? situation.present[side];
      if (flags !== undefined && flags !== now) updates.push({ side, pair, flags, present: now });
    }
    if (isContested && updates.length > before) {
      conflicts.push({ pair, flags: unionFlags(changes.local.flags, changes.remote.flags) });
    }
  }
  return { updates, conflicts };
}

/** Undefined when nothing that happened concerns this side. */
function wantedOn(
  side: Side,
  { changes, present }: FlagSituation,
  permanent: PerSide<PermanentFlags>,
): FlagSet | undefined {
  const other = otherSide(side);
  const theirs = changes[other]?.flags;
  if (theirs === undefined) return undefined;
  const ours = changes[side]?.flags;
  const offered = storableFlags(theirs, permanent[side]);
  if (ours !== undefined) return unionFlags(ours, offered);
  const beyondThem = present[side] === undefined ? undefined : untoldFlags(present[side], permanent[other]);
  return beyondThem === undefined ? offered : unionFlags(offered, beyondThem);
}
