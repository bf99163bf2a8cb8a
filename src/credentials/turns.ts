// One at a time: two programs that ask questions at once on one terminal would be understood by nobody.

import { once } from "node:events";

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Waits until all work that came before has ended. @throws what `work` throws, or the signal's reason. */
  async take<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const mine = this.#last.then(() => {
      signal?.throwIfAborted();
      return work();
    });
    this.#last = mine.catch(() => undefined);
    if (signal === undefined) return mine;
    const settled = new AbortController();
    try {
      return await Promise.race([mine, abortion(signal, settled.signal)]);
    } finally {
      settled.abort();
    }
  }
}

/** Rejects with the reason of `signal` when that is aborted, unless `settled` is first. */
export async function abortion(signal: AbortSignal | undefined, settled: AbortSignal): Promise<never> {
  if (signal === undefined) return new Promise<never>(() => undefined);
  signal.throwIfAborted();
  await once(signal, "abort", { signal: settled });
  throw signal.reason as Error;
}
