// More messages have vanished than may be deleted: decides which mailboxes are held back. Pure, and independent of their order.

import type { Loss } from "./loss.ts";

/** So few deletions, if they are not most of a mailbox, have nothing to do with the rest. */
const slight = 10;

/**
 * The mailboxes that lost much. The others may lose their messages, unless these are too many by themselves: then all are held
 * back. None, if everything together may be deleted.
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
