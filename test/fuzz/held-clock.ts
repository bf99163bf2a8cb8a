// Timers that run out when nothing else can happen, in order and at once: no test with them depends on the time that passes,
// and a hang is what goes on for too many steps.

import { syncBuiltinESMExports } from "node:module";
import promises from "node:timers/promises";

interface Timer {
  at: number;
  readonly afterMs: number;
  readonly work: () => void;
  readonly everyMs: number | undefined;
}

/** What setTimeout() returns, as far as we use it. */
class HeldTimeout {
  readonly #clock: HeldClock;
  readonly timer: Timer;

  constructor(clock: HeldClock, timer: Timer) {
    this.#clock = clock;
    this.timer = timer;
  }

  refresh(): this {
    this.#clock.put(this.timer);
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return false;
  }

  close(): this {
    this.#clock.remove(this.timer);
    return this;
  }
}

const { setTimeout: setRealTimeout } = globalThis;

/** Of real time. */
export function aMoment(): Promise<void> {
  return new Promise((resolve) => setRealTimeout(resolve, 3));
}

export class HeldClock {
  readonly #timers = new Set<Timer>();
  #now = 0;

  put(timer: Timer): void {
    this.#timers.delete(timer);
    timer.at = this.#now + timer.afterMs;
    this.#timers.add(timer);
  }

  remove(timer: Timer): void {
    this.#timers.delete(timer);
  }

  /** Lets the next timer run out; false: there is none. */
  advance(): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.at < next.at) next = timer;
    if (next === undefined) return false;
    this.#now = Math.max(this.#now, next.at);
    if (next.everyMs === undefined) this.#timers.delete(next);
    else this.put(next);
    next.work();
    return true;
  }

  forgetAll(): void {
    this.#timers.clear();
  }

  #start(work: () => void, ms: number | undefined, everyMs?: number): HeldTimeout {
    const timer: Timer = { at: 0, afterMs: Math.max(1, ms ?? 1), work, everyMs };
    this.put(timer);
    return new HeldTimeout(this, timer);
  }

  #pause(ms: number | undefined, value: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const fail = (): void => {
        timeout.close();
        reject(new DOMException("The operation was aborted", "AbortError"));
      };
      const timeout = this.#start(() => {
        signal?.removeEventListener("abort", fail);
        resolve(value);
      }, ms);
      if (signal?.aborted === true) fail();
      else signal?.addEventListener("abort", fail, { once: true });
    });
  }

  /** Takes the place of the system's timers. Returns how to give it back. */
  install(): () => void {
    const real = { ...globalThis };
    const { setTimeout, setInterval, clearTimeout, clearInterval } = real;
    const { setTimeout: pause } = promises;
    const put = globalThis as unknown as Record<string, unknown>;
    const clear = (other: (timer: never) => void) => (timer: unknown) => {
      if (timer instanceof HeldTimeout) timer.close();
      else other(timer as never);
    };
    put["setTimeout"] = (work: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) =>
      this.#start(() => {
        work(...args);
      }, ms);
    put["setInterval"] = (work: () => void, ms?: number) => this.#start(work, ms, ms);
    put["clearTimeout"] = clear(clearTimeout);
    put["clearInterval"] = clear(clearInterval);
    const paused = promises as unknown as Record<string, unknown>;
    paused["setTimeout"] = (ms?: number, value?: unknown, options: { readonly signal?: AbortSignal } = {}) =>
      this.#pause(ms, value, options.signal);
    syncBuiltinESMExports();
    return () => {
      Object.assign(put, { setTimeout, setInterval, clearTimeout, clearInterval });
      paused["setTimeout"] = pause;
      syncBuiltinESMExports();
    };
  }
}
