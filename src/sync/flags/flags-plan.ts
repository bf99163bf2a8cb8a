// Which flags to set where, when messages changed on one side or both. Pure.
// One side changed: the other follows. Both changed, differently: what either added is added to the other's, and what either
// removed is removed there. Where it is not known what they had before, nobody can have removed anything: both get the union.
// A server that cannot keep a flag neither receives it nor, by lacking it, takes it away from the other side.

import type { FlagChange } from "../../imap/mailbox/pending-changes.ts";
import {
  commonFlags,
  type FlagSet,
  noFlags,
  type PermanentFlags,
  storableFlags,
  unionFlags,
  untoldFlags,
  withoutFlags,
} from "../../model/flags.ts";
import { otherSide, type PerSide, type Side, sides } from "../../model/side.ts";

export interface FlagSituation {
  /** A mapping: the message's UID on each side. */
  readonly pair: PerSide<number>;
  readonly changes: PerSide<FlagChange | undefined>;
  /** The flags before the change, where they are known. */
  readonly present: PerSide<FlagSet | undefined>;
  /** The flags when both were synchronised last, where they are known. */
  readonly base: PerSide<FlagSet | undefined>;
  /** As {@link base}, where only one side may have changed. */
  readonly recorded?: PerSide<FlagSet | undefined>;
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
  /** Messages that changed differently on both sides, and nobody knows from what. */
  readonly conflicts: readonly { readonly pair: PerSide<number>; readonly flags: FlagSet }[];
}

export function planFlags(situations: readonly FlagSituation[], permanent: PerSide<PermanentFlags>): FlagPlan {
  const updates: FlagUpdate[] = [];
  const conflicts: { pair: PerSide<number>; flags: FlagSet }[] = [];
  for (const situation of situations) {
    const { pair, changes } = situation;
    const agreed = agreedFlags(situation, permanent);
    const isContested = changes.local !== undefined && changes.remote !== undefined && agreed === undefined;
    const before = updates.length;
    for (const side of sides) {
      const flags = wantedOn(side, situation, { agreed, permanent });
      const now = changes[side]?.flags ?? situation.present[side];
      if (flags !== undefined && flags !== now) updates.push({ side, pair, flags, present: now });
    }
    if (isContested && updates.length > before) {
      conflicts.push({ pair, flags: unionFlags(changes.local.flags, changes.remote.flags) });
    }
  }
  return { updates, conflicts };
}

interface Agreed {
  /** What both had, where that is known. */
  readonly agreed: FlagSet | undefined;
  readonly permanent: PerSide<PermanentFlags>;
}

/** Undefined when nothing that happened concerns this side. */
function wantedOn(
  side: Side,
  { changes, present, recorded }: FlagSituation,
  { agreed, permanent }: Agreed,
): FlagSet | undefined {
  const other = otherSide(side);
  const theirs = changes[other]?.flags;
  if (theirs === undefined) return undefined;
  const offered = storableFlags(theirs, permanent[side]);
  const ours = changes[side]?.flags ?? (agreed && present[side]);
  if (ours !== undefined && agreed === undefined) return unionFlags(ours, offered);
  if (ours !== undefined) {
    const [removedThere, removedHere] = [
      removedFlags(agreed, theirs, permanent[other]),
      removedFlags(agreed, ours, permanent[side]),
    ];
    return unionFlags(withoutFlags(ours, removedThere), withoutFlags(offered, removedHere));
  }
  if (present[side] === undefined) return offered;
  // What it had it has lost, also where no message is left there that has it, and the server forgets the keyword (Courier).
  const untold = untoldFlags(present[side], permanent[other]);
  const lost = recorded?.[other];
  return unionFlags(offered, lost === undefined ? untold : withoutFlags(untold, lost));
}

/** A flag that is known of one side only is none that both had; where only that side is known, all that the other can tell. */
function agreedFlags({ base }: FlagSituation, permanent: PerSide<PermanentFlags>): FlagSet | undefined {
  const { local, remote } = base;
  if (local !== undefined && remote !== undefined) return commonFlags(local, remote);
  const [known, other]: [FlagSet | undefined, Side] = local === undefined ? [remote, "local"] : [local, "remote"];
  return known && withoutFlags(known, untoldFlags(known, permanent[other]));
}

/** A side that cannot keep a flag any more says nothing by lacking it. */
function removedFlags(agreed: FlagSet | undefined, now: FlagSet, permanent: PermanentFlags): FlagSet {
  return agreed === undefined ? noFlags : withoutFlags(storableFlags(agreed, permanent), now);
}
