// How often something has happened in the last hour, for each of many keys.

import { monotonicMs } from "../../util/monotonic.ts";

const hourMs = 3_600_000;

/** More keys than that at once are an attack. The oldest are forgotten. */
const maxKeys = 100_000;

export class EventRate {
  readonly #times = new Map<string, number[]>();
  readonly #now: () => number;

  constructor(now: () => number = monotonicMs) {
    this.#now = now;
  }

  note(key: string): void {
    const times = this.#recent(key);
    times.push(this.#now());
    // At the end of the map: the oldest keys are at its beginning.
    this.#times.delete(key);
    this.#times.set(key, times);
    if (this.#times.size > maxKeys) this.#times.delete(this.#times.keys().next().value!);
  }

  count(key: string): number {
    return this.#recent(key).length;
  }

  #recent(key: string): number[] {
    const since = this.#now() - hourMs;
    const times = (this.#times.get(key) ?? []).filter((time) => time > since);
    if (times.length === 0) this.#times.delete(key);
    return times;
  }
}
