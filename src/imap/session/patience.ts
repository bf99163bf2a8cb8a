// How long a server may keep us waiting. Silence is measured in steps, because only a second look shows whether octets still
// leave. A server that is busy may say so. That is no progress, and buys time only for work that takes time.

import { InterimapError } from "../../model/errors.ts";
import { asSetting } from "../../model/vocabulary.ts";
import { duration } from "../../util/duration.ts";

const steps = 5;
/** The limit once we must end, however busy the server says it is: systemd kills after 30 s. */
const lastLimitMs = 20_000;
/** The limit while it says that it is busy with something large ("* OK Hang in there.."). */
const busyLimitMs = 60 * 60_000;

/**
 * What we wait for. Something large may keep a server busy: SELECT of a huge mailbox, or APPEND to one. A message that has been
 * sent and taken in (`delivery`) may be stored already: if we gave up, we would have to search for it.
 */
export type Awaited = "nothing" | "something" | "something large" | "delivery";

export interface PatienceOptions {
  /** Gives up on a server that stays silent this long while we wait. */
  readonly limitMs: number;
  /** The same for work that should not be given up. */
  readonly usualMs: number;
  readonly awaited: () => Awaited;
  /** The other side has taken in some of our octets since the last look, however slowly, as far as can be seen. */
  readonly isSending: () => boolean;
  readonly giveUp: (error: InterimapError) => void;
}

export class Patience {
  readonly #options: PatienceOptions;
  #limitMs: number;
  #isHurried = false;
  #lastTimer: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout;
  #silentSteps = 0;
  #busySteps = 0;
  #isBusy = false;
  /** The server's last words that were not an answer, to be quoted if none comes. */
  words: string | undefined;

  constructor(options: PatienceOptions) {
    this.#options = options;
    this.#limitMs = options.limitMs;
    this.#timer = this.#arm();
  }

  /** We must end: from now on, give up after this much silence, and on an answer without an end. */
  limit(ms: number): void {
    clearTimeout(this.#timer);
    this.#limitMs = ms;
    this.#isHurried = true;
    this.#silentSteps = 0;
    this.#timer = this.#arm();
    this.#lastTimer ??= setTimeout(() => {
      this.#endAll();
    }, lastLimitMs).unref();
  }

  /** An answer, part of one, or octets of ours that have left. */
  progress(): void {
    this.#silentSteps = 0;
    this.#busySteps = 0;
    this.#timer.refresh();
  }

  /** Something that answers nothing. */
  signOfLife(): void {
    this.#isBusy = true;
  }

  end(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#lastTimer);
  }

  #endAll(): void {
    const { awaited, giveUp } = this.#options;
    if (awaited() === "nothing") this.#lastTimer?.refresh();
    else giveUp(new InterimapError("CONNECTION_SILENT", `no end of the answer within ${duration(lastLimitMs)}`));
  }

  #arm(): NodeJS.Timeout {
    return setTimeout(() => {
      this.#step();
    }, this.#limitMs / steps).unref();
  }

  #step(): void {
    const { awaited, isSending } = this.#options;
    const what = awaited();
    if (what === "nothing") return;
    if (isSending()) this.progress();
    else if (this.#isExcused(what) || this.#mayGoOn(what)) this.#timer.refresh();
    else this.#giveUp();
    this.#isBusy = false;
  }

  /** Even if the limit is short, a message that was sent gets the usual time, unless everything has to end. */
  #mayGoOn(what: Awaited): boolean {
    const limitMs =
      what === "delivery" && !this.#isHurried ? Math.max(this.#limitMs, this.#options.usualMs) : this.#limitMs;
    return ++this.#silentSteps * (this.#limitMs / steps) < limitMs;
  }

  #isExcused(what: Awaited): boolean {
    if (!this.#isBusy || (what !== "something large" && what !== "delivery")) return false;
    if (++this.#busySteps * (this.#limitMs / steps) > busyLimitMs) return false;
    this.#silentSteps = 0;
    return true;
  }

  #giveUp(): void {
    const silence = this.#silentSteps * (this.#limitMs / steps);
    const words = this.words === undefined ? "" : `; the server's last words: ${this.words}`;
    // A daemon gives up early the first time, and waits longer the next time.
    const isLimit = silence >= this.#options.usualMs;
    const details = isLimit ? { hint: `if the server needs longer, raise ${asSetting("silence-timeout")}` } : {};
    this.#options.giveUp(
      new InterimapError("CONNECTION_SILENT", `no answer for ${duration(silence)}${words}`, details),
    );
  }
}
