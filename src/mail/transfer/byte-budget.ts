// Limits the octets that are asked for and not yet passed on. Sockets are never paused: each is source and target at once, and
// both would wait for the other. Octets that nobody asks for cannot pile up.

/** Enough if servers are near: nothing waits for it. */
const least = 8 << 20;
/** How much a fast connection carries in each ms of round trip. */
const perMs = least / 25;
/** It has to fit into memory. */
const most = 32 << 20;
/** Some ms come from a busy machine, not from the distance. */
const nearMs = 5;

/**
 * How many octets may be on their way from one server to the other: enough to keep the connections busy until we know that
 * the first of them have arrived. `roundTripMs`: to either server.
 */
export function octetsInFlight(roundTripMs: readonly number[]): number {
  const ms = roundTripMs.filter(Number.isFinite).reduce((sum, each) => sum + each, 0);
  return Math.min(most, least + perMs * Math.max(0, ms - nearMs));
}

export class ByteBudget {
  readonly #limit: () => number;
  #used = 0;
  #alone: Promise<unknown> = Promise.resolve();
  readonly #waiting: { readonly octets: number; readonly start: () => void }[] = [];

  /** `limit` may grow. */
  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** Resolves, first come first served, when `octets` fit; something larger than the whole budget goes alone. */
  acquire(octets: number): Promise<void> {
    return new Promise((start) => {
      this.#waiting.push({ octets, start });
      this.#admit();
    });
  }

  /** For messages that turn out larger than announced: runs one `work` after the other, beside all that was acquired. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#alone.then(work);
    this.#alone = done.catch(() => undefined);
    return done;
  }

  release(octets: number): void {
    this.#used -= octets;
    this.#admit();
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#used > 0 && this.#used + next.octets > this.#limit()) return;
      this.#waiting.shift();
      this.#used += next.octets;
      next.start();
    }
  }
}
