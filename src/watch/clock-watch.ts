// Notices that the machine was asleep, the process stopped, or the clock set forward: timers that come much too late by
// the wall clock. Connections of before are most likely dead, and their servers will not say so.

/** `at`, by the wall clock, was to be when `performance` tells `steady`: nearer, if the clock was put back since. In ms. */
export function noLaterThan(at: number, steady: number): number {
  return Math.min(at, Date.now() + Math.max(0, Math.ceil(steady - performance.now())) + 1);
}

const tickMs = 10_000;
const toleranceMs = 10_000;

/** Returns what ends it. `now` is the wall clock, in ms. */
export function onClockJump(jumped: (byMs: number) => void, now: () => number = Date.now): () => void {
  let before = now();
  const ticking = setInterval(() => {
    const byMs = now() - before - tickMs;
    before = now();
    if (byMs > toleranceMs) jumped(byMs);
  }, tickMs);
  ticking.unref();
  return () => {
    clearInterval(ticking);
  };
}
