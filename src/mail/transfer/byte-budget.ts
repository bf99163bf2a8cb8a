// Bounds the octets asked for and not yet passed on. Sockets are never paused (each is source and target at once, and
// both would wait for the other); what is not asked for cannot pile up.

export class ByteBudget {
  readonly #limit: number;
  #used = 0;
  #alone: Promise<unknown> = Promise.resolve();
  readonly #waiting: { readonly octets: number; readonly start: () => void }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Resolves, first come first served, when `octets` fit; something larger than the whole budget goes alone. */
  acquire(octets: number): Promise<void> {
    return new Promise((start) => {
      this.#waiting.push({ octets, start });
      this.#admit();
    });
  }

  /** For what turned out to be larger than was told: one work after the other, beside all that was acquired. */
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
      if (this.#used > 0 && this.#used + next.octets > this.#limit) return;
      this.#waiting.shift();
      this.#used += next.octets;
      next.start();
    }
  }
}
