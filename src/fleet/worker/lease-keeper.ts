// Keeps a lease while a run is on, and ends the run in good time where it cannot be kept.

import { monotonicMs } from "../../util/monotonic.ts";
import type { Beat } from "../queue/lease.ts";

export interface KeeperOptions {
  readonly leaseSeconds: number;
  readonly beat: () => Promise<Beat>;
  /** Called once: the lease is lost, or nobody knows. */
  readonly onLost: (why: string) => void;
  /** What the database says of the account, at each beat. */
  readonly onHeld: (beat: Beat) => void;
}

const beatsInLease = 5;
/** Of the time after which others may take the account. What is left of it is for the process to end. */
const trusted = 0.6;

export class LeaseKeeper {
  readonly #options: KeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#heldSince(monotonicMs());
    this.#next();
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#deadline);
  }

  get isLost(): boolean {
    return this.#isOver;
  }

  #next(): void {
    if (this.#isOver) return;
    this.#timer = setTimeout(() => void this.#beat(), (this.#options.leaseSeconds * 1000) / beatsInLease);
  }

  async #beat(): Promise<void> {
    const at = monotonicMs();
    try {
      const beat = await this.#options.beat();
      if (this.#isOver) return;
      if (!beat.isHeld) {
        this.#lose("another worker has the lease");
        return;
      }
      this.#heldSince(at);
      this.#options.onHeld(beat);
    } catch {
      // The database may be back before the lease is over.
    }
    this.#next();
  }

  /** From the time of the question on: the answer may have taken long. */
  #heldSince(at: number): void {
    clearTimeout(this.#deadline);
    const ms = at + this.#options.leaseSeconds * 1000 * trusted - monotonicMs();
    this.#deadline = setTimeout(() => this.#lose("the database does not answer"), Math.max(0, ms));
  }

  #lose(why: string): void {
    if (this.#isOver) return;
    this.stop();
    this.#options.onLost(why);
  }
}
