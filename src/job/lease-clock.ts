// Until when a process may go on that works on behalf of a lease. Whoever started it may be stopped, or sleep with its machine,
// and wake up when the lease is another's: then nobody else can end the process in time.

import { monotonicMs } from "../util/monotonic.ts";

/**
 * A moment by both clocks of a machine, which all its processes share. The monotonic one stands still while the machine sleeps;
 * the other one can be set.
 */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export interface HeldUntil {
  /** Then the process begins nothing new. */
  readonly until: Moment;
  /** So much later it ends, in the middle of whatever it does. */
  readonly graceMs: number;
}

export function momentNow(): Moment {
  return { monotonicMs: monotonicMs(), wallMs: Date.now() };
}

export function later({ monotonicMs, wallMs }: Moment, ms: number): Moment {
  return { monotonicMs: monotonicMs + ms, wallMs: wallMs + ms };
}

/** By either clock. */
export function isPast({ monotonicMs, wallMs }: Moment, now = momentNow()): boolean {
  return now.monotonicMs >= monotonicMs || now.wallMs >= wallMs;
}

/** @throws TypeError for what is none */
export function parseHeldUntil(value: unknown): HeldUntil {
  const { until, graceMs } = objectOr(value);
  const { monotonicMs, wallMs } = objectOr(until);
  if ([monotonicMs, wallMs, graceMs].every((one) => typeof one === "number" && Number.isFinite(one)))
    return { until: { monotonicMs, wallMs }, graceMs } as HeldUntil;
  throw new TypeError("the lease of the job cannot be read");
}

function objectOr(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

export interface LeaseClockOptions {
  readonly heldUntil: HeldUntil;
  /** Called once: nothing new is to be begun. */
  readonly onOver: () => void;
  /** Called once: there is no more time to end in order. */
  readonly leave: () => void;
  readonly now?: () => Moment;
}

const lookMs = 200;

export class LeaseClock {
  readonly #options: LeaseClockOptions;
  readonly #timer: NodeJS.Timeout;
  #heldUntil: HeldUntil;
  #isOver = false;

  constructor(options: LeaseClockOptions) {
    this.#options = options;
    this.#heldUntil = options.heldUntil;
    this.#timer = setInterval(() => {
      this.look();
    }, lookMs);
    this.#timer.unref();
    this.look();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** A lease that is over stays over. A moment that is past says that the lease is lost. */
  renew(heldUntil: HeldUntil): void {
    this.look();
    if (this.#isOver) return;
    this.#heldUntil = heldUntil;
    this.look();
  }

  /** To be called before anything is written: a process that was stopped does that first when it wakes up. */
  look(): void {
    const { onOver, leave, now = momentNow } = this.#options;
    const { until, graceMs } = this.#heldUntil;
    const at = now();
    if (!this.#isOver && isPast(until, at)) {
      this.#isOver = true;
      onOver();
    }
    if (!this.#isOver || !isPast(later(until, graceMs), at)) return;
    this.stop();
    leave();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
