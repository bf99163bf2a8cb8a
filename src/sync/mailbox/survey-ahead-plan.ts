// Which mailboxes are to be surveyed before anything is deleted in any of them, by numbers alone. Pure.

import type { MailboxState } from "../../model/mailbox-state.ts";
import { type PerSide, type Side, sides } from "../../model/side.ts";
import { sum } from "../../util/sum.ts";

export interface Numbers {
  /** How many messages are recorded as being on both sides. */
  readonly mapped: number;
  /** How many each side had at the last checkpoint; undefined: the original program, which kept no counts, made it. */
  readonly counts: PerSide<number> | undefined;
  /** The state of each side at the last checkpoint. */
  readonly before: PerSide<MailboxState | undefined>;
  /** What each server says now, if it does. */
  readonly now: PerSide<Now | undefined>;
}

export type Now = Partial<Pick<MailboxState, "uidValidity" | "uidNext"> & { readonly messages: number }>;

/** Those that may have lost messages, if all of them together may have lost too many. */
export function planSurveys<T extends Numbers>(all: readonly T[], isTooMany: (count: number) => boolean): readonly T[] {
  const lossy = all.filter((one) => mostLost(one) > 0);
  return isTooMany(sum(lossy.map(mostLost))) ? lossy : [];
}

function mostLost(numbers: Numbers): number {
  return sum(sides.map((side) => mostLostOn(numbers, side)));
}

/** How many recorded messages may be gone from a side at most, by numbers alone. */
export function mostLostOn({ mapped, counts, before, now }: Numbers, side: Side): number {
  const [then, told] = [before[side], now[side]];
  // Of another mailbox no deletion is carried over.
  if (then === undefined || told?.uidValidity !== then.uidValidity) return 0;
  // The original program left hardly a message without a mapping.
  const had = counts?.[side] ?? mapped;
  const arrived = Math.max(0, (told.uidNext ?? 0) - then.uidNext);
  return Math.min(mapped, Math.max(0, had + arrived - (told.messages ?? 0)));
}
