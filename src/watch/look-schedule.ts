// The time of the next full check, if nothing happens before.

import { backoffMs } from "../mail/pool/backoff.ts";
import type { Store } from "../state/state-store.ts";
import { untilNextWait } from "../sync/copies/waits.ts";
import { untilNextAttempt } from "../sync/refused/retry-refused.ts";

/** Skipped mailboxes are tried again after this, plus a growing pause. */
const leastRetryMs = 30_000;

export interface LookScheduleOptions {
  /** Between two looks where a server has to be asked. */
  readonly pollMs: number;
  /** Between two looks, even if all servers report changes. */
  readonly lookMs: number;
  readonly store: { readonly refusals: Pick<Store["refusals"], "messages" | "changes" | "waits"> };
}

export class LookSchedule {
  readonly #options: LookScheduleOptions;
  /** Looks in a row that skipped something which another attempt may reach. */
  #failures = 0;

  constructor(options: LookScheduleOptions) {
    this.#options = options;
  }

  noteFailure(): void {
    this.#failures++;
  }

  /** Everything was checked, and nothing needs another attempt. */
  noteSuccess(): void {
    this.#failures = 0;
  }

  /** In ms. `isReported`: all servers report changes by themselves. */
  untilNext(isReported: boolean): number {
    const { pollMs, lookMs, store } = this.#options;
    const regular = isReported ? lookMs : Math.min(pollMs, lookMs);
    const retry = this.#failures > 0 ? leastRetryMs + backoffMs(this.#failures) : Infinity;
    const refused = untilNextAttempt([...store.refusals.messages(), ...store.refusals.changes()]);
    return Math.min(regular, retry, refused, untilNextWait(store.refusals.waits()));
  }
}
