// Keeps a lease while a run is on, and ends the run in good time where it cannot be kept.

import { type HeldUntil, later, type Moment, momentNow } from "../../job/lease-clock.ts";
import { monotonicMs } from "../../util/monotonic.ts";
import type { Beat } from "../queue/lease.ts";

export interface KeeperOptions {
  readonly leaseSeconds: number;
  /** Before it was asked for. */
  readonly since: Moment;
  readonly beat: () => Promise<Beat>;
  /** Called once: the lease is lost, or nobody knows. */
  readonly onLost: (why: string) => void;
  /** What the database says of the account, at each beat. */
  readonly onHeld: (beat: Beat, heldUntil: HeldUntil) => void;
}

const beatsInLease = 5;
/** Of the time after which others may take the account. */
const trusted = 0.6;
/** So much more of it a process has that is to end; then it is ended. */
const grace = 0.2;

/** `since`: when it was asked whether the lease is held. */
export function heldUntil(since: Moment, leaseSeconds: number): HeldUntil {
  return { until: later(since, leaseSeconds * 1000 * trusted), graceMs: graceMs(leaseSeconds) };
}

export function graceMs(leaseSeconds: number): number {
  return leaseSeconds * 1000 * grace;
}

export class LeaseKeeper {
  readonly #options: KeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#heldSince(options.since);
    this.#next();
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#deadline);
  }

  #next(): void {
    if (this.#isOver) return;
    this.#timer = setTimeout(() => void this.#beat(), (this.#options.leaseSeconds * 1000) / beatsInLease);
  }

  async #beat(): Promise<void> {
    const at = momentNow();
    try {
      const beat = await this.#options.beat();
      if (this.#isOver) return;
      if (!beat.isHeld) {
        this.#lose("another worker has the lease");
        return;
      }
      this.#options.onHeld(beat, this.#heldSince(at));
    } catch {
      // The database may be back before the lease is over.
    }
    this.#next();
  }

  /** From the time of the question on: the answer may have taken long. */
  #heldSince(at: Moment): HeldUntil {
    clearTimeout(this.#deadline);
    const held = heldUntil(at, this.#options.leaseSeconds);
    const ms = held.until.monotonicMs - monotonicMs();
    this.#deadline = setTimeout(() => this.#lose("the database does not answer"), Math.max(0, ms));
    return held;
  }

  #lose(why: string): void {
    if (this.#isOver) return;
    this.stop();
    this.#options.onLost(why);
  }
}
