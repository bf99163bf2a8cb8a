// Jobs that wait for their turn. Whoever watches one is told when its place changes.

import type { Job } from "./job.ts";

export class JobQueue implements Iterable<Job> {
  readonly #jobs: Job[] = [];

  get size(): number {
    return this.#jobs.length;
  }

  add(job: Job): void {
    this.#jobs.push(job);
  }

  takeFirst(): Job | undefined {
    return this.#jobs.shift();
  }

  remove(job: Job): void {
    const index = this.#jobs.indexOf(job);
    if (index !== -1) this.#jobs.splice(index, 1);
  }

  /** The first is 1. Undefined: it does not wait. */
  positionOf(job: Job): number | undefined {
    const index = this.#jobs.indexOf(job);
    return index === -1 ? undefined : index + 1;
  }

  tellPositions(): void {
    for (const job of this.#jobs) job.changes.note();
  }

  [Symbol.iterator](): Iterator<Job> {
    return this.#jobs[Symbol.iterator]();
  }
}
