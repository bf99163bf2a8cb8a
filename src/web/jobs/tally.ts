// Figures of all jobs since the start, for the operator.

import type { JobMessage, JobProgress } from "../../job/job-message.ts";
import type { EndState } from "./job-record.ts";

export class Tally {
  readonly ended: Record<EndState, number> = { done: 0, failed: 0, aborted: 0, interrupted: 0 };
  #octets = 0;
  #messages = 0;
  #errors = 0;
  /** Of running jobs. */
  readonly #latest = new Map<string, JobProgress>();

  note(id: string, message: JobMessage): void {
    if (message.type !== "progress") return;
    const before = this.#latest.get(id);
    this.#octets += Math.max(0, message.octetsDone - (before?.octetsDone ?? 0));
    this.#messages += Math.max(0, message.messagesDone - (before?.messagesDone ?? 0));
    this.#errors += Math.max(0, message.errors - (before?.errors ?? 0));
    this.#latest.set(id, message);
  }

  end(id: string, state: EndState): void {
    this.ended[state]++;
    this.#latest.delete(id);
  }

  /** Of what jobs have gone through: what was there already is in it. */
  get octets(): number {
    return this.#octets;
  }

  get messages(): number {
    return this.#messages;
  }

  get errors(): number {
    return this.#errors;
  }

  /** Octets a second, of all that run. */
  get rate(): number {
    return [...this.#latest.values()].reduce((sum, { rate }) => sum + rate, 0);
  }
}
