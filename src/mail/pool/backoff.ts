// The pause before another attempt: exponential, with full jitter, so that the many clients of a server that comes back
// do not all return at once.

const shortestMs = 1_000;
const longestMs = 5 * 60_000;

/** `failures`: how many attempts in a row failed, at least 1. In ms. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(longestMs, shortestMs * 2 ** Math.min(failures, 30));
  return Math.round(shortestMs + random() * (ceiling - shortestMs));
}
