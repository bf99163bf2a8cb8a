// How far a job is, as messages, a few times a second.

import type { CopyEvent } from "../copier/events.ts";
import { secondsLeft } from "../copier/report/display.ts";
import { rate } from "../copier/report/message-lines.ts";
import type { Statistics } from "../copier/report/statistics.ts";
import { monotonicMs } from "../util/monotonic.ts";
import type { JobMessage, JobProgress } from "./job-message.ts";
import { Seldom } from "./seldom.ts";

type Phase = JobProgress["phase"];

/** What begins a phase. */
const phases: Partial<Record<CopyEvent["type"], Phase>> = {
  "logged-in": "listing",
  sizing: "sizing",
  "folders-begun": "copying",
  "folders-done": "finishing",
};

export class ProgressTeller {
  readonly #statistics: Statistics;
  readonly #seldom: Seldom;
  #phase: Phase = "connecting";
  #copyingSince: number | undefined;
  #copiedFor: number | undefined;

  constructor(send: (message: JobMessage) => void, statistics: Statistics) {
    this.#statistics = statistics;
    this.#seldom = new Seldom(() => {
      send({ type: "progress", ...this.#progress() });
    });
    this.#seldom.ask();
  }

  /** To be called when the statistics have noted it. */
  note(event: CopyEvent): void {
    const phase = phases[event.type];
    if (event.type === "folders-begun") this.#copyingSince = monotonicMs();
    if (event.type === "folders-done") this.#copiedFor = this.#seconds;
    // Sizes at the end are of no phase of their own.
    if (phase === undefined || this.#phase === "finishing") this.#seldom.ask();
    else {
      this.#phase = phase;
      this.#seldom.now();
    }
  }

  end(): void {
    this.#phase = "finishing";
    this.#seldom.now();
  }

  get #seconds(): number {
    if (this.#copiedFor !== undefined) return this.#copiedFor;
    return this.#copyingSince === undefined ? 0 : (monotonicMs() - this.#copyingSince) / 1000;
  }

  #progress(): JobProgress {
    const { processed, copied, octetsCopied, octetsSkipped, sizesBefore, errors } = this.#statistics;
    const all = sizesBefore?.[1];
    const seconds = this.#seconds;
    const isCopying = this.#phase === "copying" && all !== undefined;
    return {
      phase: this.#phase,
      ...{ messagesDone: processed, messagesTotal: all?.messages },
      ...{ octetsDone: octetsCopied + octetsSkipped, octetsTotal: all?.octets },
      rate: copied === 0 ? 0 : Math.round(rate(octetsCopied, seconds)),
      secondsLeft: isCopying ? Math.round(secondsLeft({ seconds, processed, total: all.messages, copied })) : undefined,
      errors: errors.count,
    };
  }
}
