// More messages have vanished than may be deleted: which mailboxes that is about. Pure, and whatever the order they come in.

import type { Loss } from "./loss.ts";

/** Deletions this few, and not most of a mailbox, have nothing to do with the rest. */
const slight = 10;

/**
 * Those that lost much. The others may lose what they did, as long as that is not too much by itself: else all are meant.
 * None while all of it together may be deleted.
 */
export function planHoldingBack(losses: readonly Loss[], isTooMany: (count: number) => boolean): readonly Loss[] {
  const lossy = losses.filter((loss) => lost(loss) > 0);
  if (!isTooMany(sum(lossy))) return [];
  const few = lossy.filter((loss) => lost(loss) < slight && 2 * lost(loss) < loss.known);
  return isTooMany(sum(few)) ? lossy : lossy.filter((loss) => !few.includes(loss));
}

function lost({ deletions }: Loss): number {
  return deletions.local + deletions.remote;
}

function sum(losses: readonly Loss[]): number {
  return losses.reduce((total, loss) => total + lost(loss), 0);
}
