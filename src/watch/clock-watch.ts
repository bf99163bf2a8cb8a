// Notices that the machine was asleep, the process stopped, or the clock set forward: timers that come much too late by
// the wall clock. Connections of before are most likely dead, and their servers will not say so.

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
