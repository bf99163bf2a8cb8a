// What ends a job before it is done, and why.

import type { JobLimits } from "./job-spec.ts";

/** Node's timers are no longer. */
const longestMs = 2 ** 31 - 1;

export function withLimit(stop: AbortSignal, { seconds }: JobLimits): AbortSignal {
  if (seconds === undefined) return stop;
  const limit = new AbortController();
  const over = (): void => {
    limit.abort(`The limit of ${seconds} seconds for one job is reached.`);
  };
  setTimeout(over, Math.min(seconds * 1000, longestMs)).unref();
  return AbortSignal.any([stop, limit.signal]);
}

/** Returns what ends the listening. */
export function heed(stop: AbortSignal, callback: (why: string) => void): () => void {
  const listener = (): void => {
    callback(String(stop.reason));
  };
  if (stop.aborted) listener();
  stop.addEventListener("abort", listener, { once: true });
  return () => {
    stop.removeEventListener("abort", listener);
  };
}
