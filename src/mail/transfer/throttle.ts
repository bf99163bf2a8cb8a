// Keeps a limit of messages and octets a second, whatever the size of the messages, and however many callers there are.

import { interrupted } from "../../model/errors.ts";
import { monotonicMs } from "../../util/monotonic.ts";

export interface Rates {
  readonly messagesPerSecond?: number | undefined;
  readonly octetsPerSecond?: number | undefined;
  /** This many octets pass before their rate is limited. */
  readonly freeOctets?: number | undefined;
}

export interface Load {
  readonly messages: number;
  readonly octets: number;
}

export interface Clock {
  /** In ms, from an arbitrary beginning. */
  now(): number;
  /** Resolves then, or when the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** How much of an idle time may be caught up on. */
const creditMs = 1_000;

/**
 * A token bucket. In any time `t`, as much passes as the rates allow in `t` plus one second, and one more load. A load passes
 * once the time for all loads before it is over; those after it wait for its time.
 */
export class Throttle {
  readonly #buckets: readonly Bucket[];
  readonly #clock: Clock;
  #isOn = true;
  #last = -Infinity;
  readonly #waiting = new Set<AbortController>();

  constructor({ messagesPerSecond, octetsPerSecond, freeOctets = 0 }: Rates, clock: Clock = realClock) {
    this.#clock = clock;
    this.#buckets = [
      new Bucket(messagesPerSecond, ({ messages }) => messages),
      new Bucket(octetsPerSecond, ({ octets }) => octets, freeOctets),
    ].filter(({ isLimited }) => isLimited);
  }

  /** For how long the next load would have to wait. */
  get waitMs(): number {
    return this.#isOn ? Math.max(0, ...this.#buckets.map(({ freeAt }) => freeAt - this.#clock.now())) : 0;
  }

  /**
   * Resolves when the load may be sent, first come first served.
   * @throws InterimapError INTERRUPTED when the signal is aborted before
   */
  async pass(load: Load, signal?: AbortSignal): Promise<void> {
    requireGoing(signal);
    const at = this.#reserve(load);
    if (!this.#isOn || at <= this.#clock.now()) return;
    const waiting = new AbortController();
    const onAbort = (): void => {
      waiting.abort();
    };
    this.#waiting.add(waiting);
    signal?.addEventListener("abort", onAbort);
    try {
      await this.#clock.wait(at - this.#clock.now(), waiting.signal);
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#waiting.delete(waiting);
    }
    requireGoing(signal);
  }

  /** Switches it off, so that all waiting callers go on; or on again. Returns whether it is on now. */
  toggle(): boolean {
    this.#isOn = !this.#isOn;
    for (const one of this.#waiting) one.abort();
    this.#last = -Infinity;
    for (const bucket of this.#buckets) bucket.beginAnew();
    return this.#isOn;
  }

  /** The moment at which it may pass. */
  #reserve(load: Load): number {
    const now = this.#clock.now();
    const at = Math.max(now, this.#last, ...this.#buckets.map(({ freeAt }) => freeAt));
    for (const bucket of this.#buckets) bucket.take(load, at);
    if (this.#isOn) this.#last = at;
    return at;
  }
}

function requireGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw interrupted();
}

class Bucket {
  readonly isLimited: boolean;
  /** When the time for everything that has passed is over. */
  freeAt = -Infinity;
  readonly #perMs: number;
  readonly #amountOf: (load: Load) => number;
  #free: number;

  constructor(perSecond: number | undefined, amountOf: (load: Load) => number, free = 0) {
    this.isLimited = perSecond !== undefined && perSecond > 0;
    this.#perMs = (perSecond ?? 0) / 1000;
    this.#amountOf = amountOf;
    this.#free = free;
  }

  take(load: Load, at: number): void {
    const amount = this.#amountOf(load);
    const costs = Math.max(0, amount - this.#free);
    this.#free = Math.max(0, this.#free - amount);
    if (costs === 0) return;
    // Before the first load, there is no time to catch up on.
    const from = this.freeAt === -Infinity ? at : Math.max(this.freeAt, at - creditMs);
    this.freeAt = from + costs / this.#perMs;
  }

  beginAnew(): void {
    this.freeAt = -Infinity;
  }
}

const realClock: Clock = {
  now: monotonicMs,
  wait: (ms, signal) =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      // Longer ones would run out at once.
      const timer = setTimeout(done, Math.min(Math.ceil(ms), maxTimerMs));
      signal.addEventListener("abort", done);
    }),
};

const maxTimerMs = 2 ** 31 - 1;
