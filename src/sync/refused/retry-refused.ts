// Messages that a server refused: when they are offered to it again, and which a run leaves alone. They are not forgotten.

import type { RefusedMessage } from "../../state/refused.ts";

const firstMs = 60_000;
const longestMs = 24 * 60 * 60_000;

type Attempts = Pick<RefusedMessage, "attempts" | "lastAttempt">;

/** In ms: a minute after the first of `attempts`, then twice as long each time, but not longer than `longest`. */
export function growingPauseMs(attempts: number, longest: number): number {
  return Math.min(longest, firstMs * 2 ** Math.min(attempts - 1, 30));
}

/** In ms, until the first of these times (since 1970) that are still to come; Infinity if there is none. */
export function msUntilFirst(times: readonly number[], now: number): number {
  return times.reduce((least, time) => (time > now ? Math.min(least, time - now) : least), Infinity);
}

/** At last once a day. In ms since 1970. */
export function nextAttempt({ attempts, lastAttempt }: Attempts): number {
  return lastAttempt.getTime() + (attempts === 0 ? 0 : growingPauseMs(attempts, longestMs));
}

/** So is one whose last attempt is to come: the clock was put back, or somebody else wrote that. */
export function isDue(message: Attempts, now: number = Date.now()): boolean {
  return nextAttempt(message) <= now || message.lastAttempt.getTime() > now;
}

/**
 * In ms, until the first of those that are not due yet will be; Infinity if there is none. Those that are due and still
 * there could not be offered: their mailbox is ignored, or one server does not have it.
 */
export function untilNextAttempt(messages: readonly Attempts[], now: number = Date.now()): number {
  const times = messages.filter((message) => !isDue(message, now)).map(nextAttempt);
  return msUntilFirst(times, now);
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
