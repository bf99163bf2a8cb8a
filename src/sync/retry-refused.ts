// Messages that a server refused: when they are offered to it again, and which a run leaves alone. They are not forgotten.

import type { RefusedMessage } from "../store/refused.ts";

const firstMs = 60_000;
const longestMs = 24 * 60 * 60_000;

type Attempts = Pick<RefusedMessage, "attempts" | "lastAttempt">;

/** A minute after the first attempt, then twice as long each time, at last once a day. In ms since 1970. */
export function nextAttempt({ attempts, lastAttempt }: Attempts): number {
  if (attempts === 0) return lastAttempt.getTime();
  return lastAttempt.getTime() + Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 30));
}

export function isDue(message: Attempts, now: number = Date.now()): boolean {
  return nextAttempt(message) <= now;
}

/**
 * In ms, until the first of those that are not due yet will be; Infinity if there is none. Those that are due and still
 * there could not be offered: their mailbox is ignored, or one server does not have it.
 */
export function untilNextAttempt(messages: readonly Attempts[], now: number = Date.now()): number {
  const waiting = messages.filter((message) => !isDue(message, now));
  return waiting.reduce((least, message) => Math.min(least, nextAttempt(message) - now), Infinity);
}

type Key = Pick<RefusedMessage, "idx" | "side" | "uid">;

/** Of the messages that were refused before, those that are still, in the order of `before`. */
export function stillRefused<T extends Key>(before: readonly T[], now: readonly Key[]): T[] {
  const keys = new Set(now.map(keyOf));
  return before.filter((message) => keys.has(keyOf(message)));
}

function keyOf({ idx, side, uid }: Key): string {
  return `${idx} ${side} ${uid}`;
}
