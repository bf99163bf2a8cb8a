// Hands out batches one after the other, while later ones are still being planned.

import type { Batch } from "./batch-plan.ts";

export class BatchQueue {
  readonly #source: AsyncIterator<Batch, unknown>;
  #ahead: Batch[] = [];

  constructor(source: AsyncIterable<Batch>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Undefined when there is none left. */
  async next(): Promise<Batch | undefined> {
    const [ahead] = this.#ahead.splice(0, 1);
    if (ahead !== undefined) return ahead;
    const { value, done } = await this.#source.next();
    return done === true ? undefined : value;
  }

  /** All remaining ones, as soon as they are known; {@link next} still returns them. */
  async left(): Promise<readonly Batch[]> {
    const ahead = this.#ahead;
    this.#ahead = [];
    for (let batch = await this.next(); batch !== undefined; batch = await this.next()) ahead.push(batch);
    this.#ahead = ahead;
    return ahead;
  }

  /** No further batch is wanted. */
  async end(): Promise<void> {
    this.#ahead = [];
    await this.#source.return?.();
  }
}
