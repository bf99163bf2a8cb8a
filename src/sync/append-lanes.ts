// Appends to one mailbox over several connections, in the order in which they were handed in: each lane transfers its
// messages at once, but holds back the end of its command until all before it are done. With a single lane there is
// nothing to wait for: commands are answered in order.

import type { Channel } from "../imap/channel.ts";

export interface Lane {
  readonly session: Channel;
  /** Resolves when it is this append's turn to take effect; undefined when the order is kept anyway. */
  readonly turn?: Promise<void> | undefined;
}

/**
 * A server that locks the mailbox for the whole of an APPEND never answers the one whose turn it is, while another waits
 * for its turn. After this long order is given up for progress, and so are all lanes but the first.
 */
const patienceMs = 120_000;

interface Slot {
  readonly session: Channel;
  inFlight: number;
}

export class AppendLanes {
  #slots: Slot[];
  readonly #waiting: ((slot: Slot) => void)[] = [];
  /** Resolves when every append handed in so far is done, well or not. */
  #allBefore: Promise<unknown> = Promise.resolve();

  constructor(session: Channel) {
    this.#slots = [{ session, inFlight: 0 }];
  }

  add(session: Channel): void {
    this.#slots.push({ session, inFlight: 0 });
    this.#serve();
  }

  /** Runs an append as soon as a lane is free; whatever `append` does over that lane counts as part of it. */
  async run<T>(append: (lane: Lane) => Promise<T>): Promise<T> {
    const slot = await this.#take();
    const turn = this.#slots.length === 1 ? undefined : this.#turnAfter(this.#allBefore);
    const done = append({ session: slot.session, turn }).finally(() => {
      slot.inFlight--;
      this.#serve();
    });
    // Without the results, which would pile up: each holds those before it.
    this.#allBefore = Promise.allSettled([this.#allBefore, done]).then(() => undefined);
    return done;
  }

  #take(): Promise<Slot> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#serve();
    });
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      // A single lane takes all that come, one behind the other on the wire.
      const slot = this.#slots.length === 1 ? this.#slots[0] : this.#slots.find(({ inFlight }) => inFlight === 0);
      if (slot === undefined) return;
      slot.inFlight++;
      this.#waiting.shift();
      next(slot);
    }
  }

  async #turnAfter(before: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<"worn out">((resolve) => {
      timer = setTimeout(resolve, patienceMs, "worn out");
    });
    if ((await Promise.race([before, patience])) === "worn out") this.#slots = this.#slots.slice(0, 1);
    clearTimeout(timer);
  }
}
