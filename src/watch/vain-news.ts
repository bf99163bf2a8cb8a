// Makes reports that prove empty again and again wait longer and longer: some servers announce changes whenever they
// are asked, and each look would cause the next one. Pure, except for the clock.

import { backoffMs } from "../mail/pool/backoff.ts";

/** How many empty news in a row are looked into at once: the echo of what we did is empty, too. */
const forgiven = 2;
/** Pauses do not grow after this one, of a minute at most: there may be a change among the noise. */
const longest = 6;
/** News that come later than this after the last empty ones have nothing to do with them. */
const quietMs = 30_000;

interface Vain {
  readonly count: number;
  readonly endedAt: number;
  readonly until: number;
}

/** Of anything there are news of; times are in ms, of a clock that only runs forward. */
export class VainNews {
  readonly #vain = new Map<string, Vain>();

  /** When to look into news of something that were reported at some time. */
  dueAt(subject: string, reportedAt: number): number {
    const vain = this.#vain.get(subject);
    return vain === undefined || reportedAt - vain.endedAt > quietMs ? reportedAt : vain.until;
  }

  /** They were checked, and there was nothing. True if this has happened too often to be an accident. */
  add(subject: string, { reportedAt, now }: { readonly reportedAt: number; readonly now: number }): boolean {
    const before = this.#vain.get(subject);
    const isRepeated = before !== undefined && reportedAt - before.endedAt <= quietMs;
    const count = isRepeated ? before.count + 1 : 1;
    const pause = count > forgiven ? backoffMs(Math.min(count - forgiven, longest)) : 0;
    this.#vain.set(subject, { count, endedAt: now, until: now + pause });
    return count >= forgiven + longest;
  }

  /** There was something after all. */
  forget(subject: string): void {
    this.#vain.delete(subject);
  }
}
