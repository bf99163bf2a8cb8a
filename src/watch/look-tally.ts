// Counts the outcome of the current look from its events.

import { isFind, type Report, type SyncEvent } from "../sync/context/events.ts";
import type { Totals } from "../sync/context/totals.ts";
import { newsOnly } from "./once-a-day.ts";

export class LookTally {
  /** Counts, and passes on what a user has not read within the last day. */
  readonly report: Report;
  readonly #totals: Totals;
  #worthRetry = 0;
  #hasRemoved = false;
  readonly #finds = new Set<string | undefined>();

  constructor(report: Report, totals: Totals) {
    this.#totals = totals;
    const news = newsOnly((event) => {
      if (isFind(event)) this.#finds.add(event.mailbox);
      report(event);
    });
    this.report = (event) => {
      this.#totals.note(event);
      if (isWorthRetry(event)) this.#worthRetry++;
      if (event.type === "messages-removed") this.#hasRemoved = true;
      news(event);
    };
  }

  /** Another look begins. */
  reset(): void {
    this.#totals.clear();
    this.#worthRetry = 0;
    this.#hasRemoved = false;
    this.#finds.clear();
  }

  get totals(): Pick<Totals, "skipped" | "summary"> {
    return this.#totals;
  }

  /** Something was skipped that another attempt may reach. */
  get isWorthRetry(): boolean {
    return this.#worthRetry > 0;
  }

  /** Messages that vanished on one side were removed on the other. */
  get hasRemoved(): boolean {
    return this.#hasRemoved;
  }

  /** Mailboxes that there was something to do for; undefined for what concerns none. */
  get finds(): ReadonlySet<string | undefined> {
    return this.#finds;
  }
}

function isWorthRetry(event: SyncEvent): boolean {
  return event.type === "mailbox-skipped" && event.error.retry === "later";
}
