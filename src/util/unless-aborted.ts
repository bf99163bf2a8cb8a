// Waiting that a signal can end.

import { once } from "node:events";

/** Resolves as `work` does, which goes on when the signal comes first. @throws what `work` throws, or the signal's reason. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  // When nobody waits any more, nobody hears that it failed.
  work.catch(() => undefined);
  const settled = new AbortController();
  try {
    return await Promise.race([work, abortion(signal, settled.signal)]);
  } finally {
    settled.abort();
  }
}

/** Rejects with the reason of `signal` when that is aborted, unless `settled` is first. */
export async function abortion(signal: AbortSignal | undefined, settled: AbortSignal): Promise<never> {
  if (signal === undefined) return new Promise<never>(() => undefined);
  signal.throwIfAborted();
  await once(signal, "abort", { signal: settled });
  throw signal.reason as Error;
}
