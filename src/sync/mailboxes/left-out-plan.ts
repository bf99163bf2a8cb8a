// Which mailboxes take no part because of their special use (RFC 6154): those that hold copies of others' messages would double
// all mail. Pure.

import type { Listing } from "../../mail/listing/list-mailboxes.ts";
import { type PerSide, type Side, sides } from "../../model/side.ts";
import type { LeftOut } from "../../state/left-out.ts";

export interface UseSituation {
  readonly listings: PerSide<Listing>;
  /** Special uses, in lower case. */
  readonly skipped: ReadonlySet<string>;
  /** What was left out before. */
  readonly recorded: readonly LeftOut[];
}

export interface LeaveOutPlan {
  /** The program's names. */
  readonly names: ReadonlySet<string>;
  /** Those that were not left out before. */
  readonly news: readonly LeftOut[];
  /** What is to be recorded. */
  readonly all: readonly LeftOut[];
}

export function planLeavingOut({ listings, skipped, recorded }: UseSituation): LeaveOutPlan {
  const before = recorded.filter(({ use }) => skipped.has(use));
  const now = sides.flatMap((side) => usedSo(side, listings[side], skipped));
  const isAmong = (all: readonly LeftOut[], { side, name }: LeftOut): boolean =>
    all.some((one) => one.side === side && one.name === name);
  // A server that tells no use at all may have told them before.
  const mayStillBe = ({ side, name }: LeftOut): boolean =>
    !listings[side].mailboxes.has(name) || !tellsUses(listings[side]);
  const kept = before.filter((one) => !isAmong(now, one) && mayStillBe(one));
  const all = [...now, ...kept];
  return {
    names: new Set(all.map(({ name }) => name)),
    news: now.filter((one) => !isAmong(before, one)),
    all,
  };
}

function usedSo(side: Side, { mailboxes }: Listing, skipped: ReadonlySet<string>): LeftOut[] {
  return [...mailboxes].flatMap(([name, { uses = [], exists }]) => {
    const use = uses.find((one) => skipped.has(one));
    return use === undefined || !exists || name === "INBOX" ? [] : [{ side, name, use }];
  });
}

function tellsUses({ mailboxes }: Listing): boolean {
  return [...mailboxes.values()].some(({ uses = [] }) => uses.length > 0);
}
