// Ends workers that do not end by themselves.

import type { Worker } from "./worker.ts";

/** A worker that does not end at the end of its time does not obey. */
const overtimeMs = 60_000;

/** It may finish the message in hand, for so long. */
export function endSoon(worker: Worker, ms: number): void {
  worker.abort();
  const kill = setTimeout(() => worker.kill(), ms);
  void worker.ended.then(() => clearTimeout(kill));
}

/** Of the time that the job may take, in seconds. Returns what to clear when it has ended. */
export function killAfter(worker: Worker, seconds: number | undefined): NodeJS.Timeout | undefined {
  if (seconds === undefined) return undefined;
  // A timer cannot be longer.
  return setTimeout(() => worker.kill(), Math.min(seconds * 1000 + overtimeMs, 2 ** 31 - 1));
}
