// Notices that the machine was asleep, the process was stopped, or the clock was set forward: then timers are much too
// late by the wall clock. Older connections are most likely dead, and their servers will not say so.

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
