// Whether an address may have another job. What it is told is the same whether its values are those of a job or not.

import { EventRate } from "./event-rate.ts";
import { JobRefused } from "./refusal.ts";
import type { AddressRules } from "./rules.ts";
import type { WorkerEnd } from "./worker.ts";

/** imapsync's exit codes of logins that were refused. */
const loginFailures = new Set([16, 161, 162]);

export class Admission {
  readonly #rules: () => AddressRules;
  readonly #starts = new EventRate();
  readonly #failedLogins = new EventRate();

  constructor(rules: () => AddressRules) {
    this.#rules = rules;
  }

  /** Counts as a start. @throws JobRefused */
  noteStart(address: string): void {
    const { maxStartsPerHour, maxFailedLoginsPerHour } = this.#rules();
    if (this.#starts.count(address) >= maxStartsPerHour) throw new JobRefused("starts of address");
    if (this.#failedLogins.count(address) >= maxFailedLoginsPerHour) throw new JobRefused("failed logins");
    this.#starts.note(address);
  }

  /** Of a job, or a preview, of this address. */
  noteEnd(address: string, { result }: WorkerEnd): void {
    if (result !== undefined && loginFailures.has(result.exitCode)) this.#failedLogins.note(address);
  }

  /** `present`: how many it has. @throws JobRefused */
  requireRoom(present: number): void {
    if (present >= this.#rules().maxPerAddress) throw new JobRefused("jobs of address");
  }
}
