// On a terminal: how far a run is, in one line below all others, for whatever takes longer than a second; and what it has done,
// at the end.

import { briefName } from "../model/mailbox-name.ts";
import type { SyncEvent } from "../sync/context/events.ts";
import { counted } from "../util/counted.ts";
import { duration } from "../util/duration.ts";
import { humanBytes } from "../util/human-bytes.ts";
import { cut } from "../util/printable.ts";
import { messages } from "./phrases.ts";
import { RunSum } from "./run-sum.ts";

export interface ProgressScreen {
  /** Empty: nothing. */
  showStatus(text: string): void;
}

export interface ProgressOptions {
  readonly columns: number;
  /** In ms, on a clock that runs forward. */
  readonly now: () => number;
  /** False: it is only summed up. */
  readonly draws: boolean;
}

/** What is over sooner needs no display. */
const silentMs = 1_000;
/** Nobody reads faster. */
const drawEveryMs = 200;

export class RunProgress {
  readonly #screen: ProgressScreen;
  readonly #options: ProgressOptions;
  readonly #sum = new RunSum();
  readonly #startedAt: number;
  /** Begun, and not done; the last one is shown. */
  readonly #open = new Set<string>();
  #work = { mailboxes: 0, messages: 0 };
  #done = 0;
  /** When mailboxes began to be gone through: listing takes time that no message took. */
  #workSince: number | undefined;
  #drawnAt = -Infinity;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(screen: ProgressScreen, options: ProgressOptions) {
    this.#screen = screen;
    this.#options = options;
    this.#startedAt = options.now();
    if (!options.draws) return;
    // Also where nothing happens.
    this.#timer = setInterval(() => {
      this.#draw();
    }, silentMs).unref();
  }

  note(event: SyncEvent): void {
    this.#sum.note(event);
    switch (event.type) {
      case "work-begun":
        this.#workSince ??= this.#options.now();
        this.#work = {
          mailboxes: this.#work.mailboxes + event.mailboxes,
          messages: this.#work.messages + event.messages,
        };
        break;
      case "mailbox-begun":
        this.#open.add(event.mailbox);
        break;
      case "mailbox-done":
        this.#open.delete(event.mailbox);
        this.#done++;
        break;
      default:
    }
    if (this.#options.draws) this.#draw();
  }

  /** Takes the display away. Returns what was done; undefined: nothing. */
  end(): string | undefined {
    clearInterval(this.#timer);
    if (this.#options.draws) this.#screen.showStatus("");
    return this.#sum.text(this.#options.now() - this.#startedAt);
  }

  #draw(): void {
    const { now, columns } = this.#options;
    const at = now();
    if (at - this.#startedAt < silentMs || at - this.#drawnAt < drawEveryMs) return;
    this.#drawnAt = at;
    this.#screen.showStatus(cut(this.#text(at), Math.max(columns - 1, 20)));
  }

  /** `45% 540 of 1200 messages, 12.3 MB, 2.1 MB/s, 3 of 12 mailboxes, 55 s left: Archive/2023` */
  #text(at: number): string {
    const { added, octets } = this.#sum;
    if (this.#workSince === undefined) return "Connecting and listing mailboxes";
    const { mailboxes, messages: expected } = this.#work;
    const seconds = Math.max((at - this.#workSince) / 1000, 0.001);
    const total = Math.max(expected, added);
    const left = added === 0 ? undefined : ((total - added) * seconds) / added;
    const current = [...this.#open].at(-1);
    const parts = [
      ...(total > 0 ? [`${Math.floor((added / total) * 100)}% ${added} of ${messages(total)}`] : []),
      ...(octets > 0 ? [humanBytes(octets), `${humanBytes(Math.round(octets / seconds))}/s`] : []),
      `${this.#done} of ${counted(mailboxes, "mailbox", "mailboxes")}`,
      ...(left !== undefined && left > 0 ? [`${duration(left * 1000)} left`] : []),
    ];
    return parts.join(", ") + (current === undefined ? "" : `: ${briefName(current)}`);
  }
}
