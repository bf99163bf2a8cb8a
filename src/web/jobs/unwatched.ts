// Jobs that nobody watches end after a while, where the operator wants it so.

import type { Job } from "./job.ts";

export interface UnwatchedOptions {
  /** Whether it is wanted at the moment. */
  readonly isWanted: () => boolean;
  readonly graceMs: number;
  readonly abort: (job: Job) => void;
}

export class Unwatched {
  readonly #options: UnwatchedOptions;
  readonly #timers = new Map<Job, NodeJS.Timeout>();

  constructor(options: UnwatchedOptions) {
    this.#options = options;
  }

  /** Somebody has come, somebody has left, or it has begun to wait. */
  note(job: Job): void {
    this.forget(job);
    const { isWanted, graceMs, abort } = this.#options;
    if (job.watchers > 0 || job.run === undefined || !isWanted()) return;
    this.#timers.set(
      job,
      setTimeout(() => abort(job), graceMs),
    );
  }

  /** It has ended. */
  forget(job: Job): void {
    clearTimeout(this.#timers.get(job));
    this.#timers.delete(job);
  }
}
