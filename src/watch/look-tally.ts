// What came of the look at hand, counted from what is reported of it.

import { isFind, type Report, type SyncEvent } from "../sync/context/events.ts";
import { LeftOuts } from "../sync/context/left-outs.ts";
import { newsOnly } from "./once-a-day.ts";

export class LookTally {
  /** Counts, and passes on what a user has not read within the last day. */
  readonly report: Report;
  readonly #leftOuts = new LeftOuts();
  #worthRetry = 0;
  readonly #finds = new Set<string | undefined>();

  constructor(report: Report) {
    const news = newsOnly((event) => {
      if (isFind(event)) this.#finds.add(event.mailbox);
      report(event);
    });
    this.report = (event) => {
      this.#leftOuts.note(event);
      if (isWorthRetry(event)) this.#worthRetry++;
      news(event);
    };
  }

  /** Another look begins. */
  reset(): void {
    this.#leftOuts.clear();
    this.#worthRetry = 0;
    this.#finds.clear();
  }

  /** Mailboxes and messages. */
  get leftOuts(): Pick<LeftOuts, "count" | "summary"> {
    return this.#leftOuts;
  }

  /** Something was left out that another attempt may reach. */
  get isWorthRetry(): boolean {
    return this.#worthRetry > 0;
  }

  /** Mailboxes that there was something to do for; undefined for what concerns none. */
  get finds(): ReadonlySet<string | undefined> {
    return this.#finds;
  }
}

function isWorthRetry(event: SyncEvent): boolean {
  return event.type === "mailbox-left-out" && event.error.retry === "later";
}
