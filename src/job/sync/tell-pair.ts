// From what the two-way engine tells to the messages of a job: lines, and how far it is.

import type { Log } from "../../log/log.ts";
import { briefName } from "../../model/mailbox-name.ts";
import { lineOf, reportTo } from "../../report/human.ts";
import { RunSum } from "../../report/run-sum.ts";
import { isSkip, type Report, type SyncEvent } from "../../sync/context/events.ts";
import { isProgress, type ProgressEvent } from "../../sync/context/progress-events.ts";
import { monotonicMs } from "../../util/monotonic.ts";
import type { JobMessage, JobProgress, JobResult } from "../job-message.ts";
import { Seldom } from "../seldom.ts";
import { pairErrorLine } from "./pair-result.ts";

export class PairTeller {
  readonly #sum = new RunSum();
  readonly #startedAt = monotonicMs();
  readonly #tell: Report;
  readonly #seldom: Seldom;
  #phase: JobProgress["phase"] = "connecting";
  #copyingSince: number | undefined;
  #expected: number | undefined;
  #firstSkip: string | undefined;
  /** More messages have vanished than may be deleted: somebody is to say whether that is right. */
  isHeldBack = false;

  constructor(send: (message: JobMessage) => void, log: Log) {
    this.#tell = reportTo(log, pairErrorLine);
    this.#seldom = new Seldom(() => {
      send({ type: "progress", ...this.#progress() });
    });
    this.#seldom.ask();
  }

  readonly note = (event: SyncEvent): void => {
    this.#sum.note(event);
    this.#tell(event);
    if (isSkip(event) && !isProgress(event)) this.#firstSkip ??= skipText(event);
    this.isHeldBack ||= event.type === "deletions-held-back";
    if (event.type === "work-begun") {
      this.#copyingSince ??= monotonicMs();
      this.#expected = (this.#expected ?? 0) + event.messages;
      this.#phase = "copying";
    }
    this.#seldom.ask();
  };

  connected(): void {
    this.#phase = "listing";
    this.#seldom.ask();
  }

  end(): void {
    this.#phase = "finishing";
    this.#seldom.now();
  }

  /** What was not done, in words; undefined: nothing. */
  get left(): string | undefined {
    const { skipped } = this.#sum;
    if (this.#firstSkip === undefined) return undefined;
    return skipped > 1 ? `${this.#firstSkip}, and ${String(skipped - 1)} more` : this.#firstSkip;
  }

  get copied(): NonNullable<JobResult["copied"]> {
    return { messages: this.#sum.added, octets: this.#sum.octets };
  }

  /** What was done, in words; undefined: nothing. */
  get done(): string | undefined {
    return this.#sum.text(monotonicMs() - this.#startedAt);
  }

  #progress(): JobProgress {
    const { added, octets, skipped } = this.#sum;
    const seconds = this.#copyingSince === undefined ? 0 : (monotonicMs() - this.#copyingSince) / 1000;
    return {
      ...{ phase: this.#phase, messagesDone: added, messagesTotal: this.#expected },
      ...{ octetsDone: octets, octetsTotal: undefined, secondsLeft: undefined, errors: skipped },
      rate: seconds > 0 ? Math.round(octets / seconds) : 0,
    };
  }
}

function skipText(event: Exclude<SyncEvent, ProgressEvent>): string {
  const place = event.mailbox === undefined ? "" : `${briefName(event.mailbox)}: `;
  return place + lineOf(event, pairErrorLine).text;
}
