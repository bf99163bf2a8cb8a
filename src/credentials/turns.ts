// One at a time: two programs that ask questions at once on one terminal would be understood by nobody.

import { unlessAborted } from "../util/unless-aborted.ts";

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Waits until all work that came before has ended. @throws what `work` throws, or the signal's reason. */
  async take<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const mine = this.#last.then(() => {
      signal?.throwIfAborted();
      return work();
    });
    this.#last = mine.catch(() => undefined);
    return unlessAborted(mine, signal);
  }
}
