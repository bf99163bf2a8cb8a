// `--progress`: on a terminal, one line that is drawn anew, instead of a line for each message. The log file has them all.

import { duration } from "../../util/duration.ts";
import { cut } from "../../util/printable.ts";
import { binaryBytes, secondsLeft } from "./display.ts";
import { rate, type Standing } from "./message-lines.ts";

export interface Screen {
  /** To the terminal and the log file. */
  line(text: string): void;
  /** To the log file only. */
  logged(text: string): void;
  /** To the terminal or another program only: whole lines. */
  display(text: string): void;
  /** On the terminal, below all lines; empty: nothing. */
  status(text: string): void;
}

export interface ProgressOptions {
  readonly columns: number;
  /** In ms, on any clock that runs forward. */
  readonly now: () => number;
}

/** A person reads no faster. */
const drawEveryMs = 100;

export class Progress {
  readonly #screen: Screen;
  readonly #options: ProgressOptions;
  #drawnAt = -Infinity;

  constructor(screen: Screen, options: ProgressOptions) {
    this.#screen = screen;
    this.#options = options;
  }

  /** Details are worth no line on the terminal. */
  line(text: string, isDetail = false): void {
    if (isDetail) {
      this.#screen.logged(text);
      return;
    }
    this.#screen.line(text);
  }

  /** `standing` is asked for only when it is time to draw. */
  draw(standing: () => Standing, errors: number): void {
    const now = this.#options.now();
    if (now - this.#drawnAt < drawEveryMs) return;
    this.#drawnAt = now;
    this.#screen.status(cut(progressText(standing(), errors), Math.max(this.#options.columns - 1, 20)));
  }

  clear(): void {
    this.#drawnAt = -Infinity;
    this.#screen.status("");
  }
}

/** `45% 54/120 messages, 12 copied, 4.500 MiB, 1.2 msgs/s, 12.300 KiB/s, 55 s left` */
export function progressText(standing: Standing, errors: number): string {
  const { seconds, copied, octetsCopied, processed, total } = standing;
  const share = total === undefined || total === 0 ? "" : `${Math.floor((Math.min(processed, total) / total) * 100)}% `;
  const left = total === undefined ? undefined : secondsLeft({ seconds, processed, total, copied });
  return [
    `${share}${processed}${total === undefined ? "" : `/${total}`} messages`,
    `${copied} copied`,
    binaryBytes(octetsCopied),
    `${rate(copied, seconds).toFixed(1)} msgs/s`,
    `${binaryBytes(rate(octetsCopied, seconds))}/s`,
    ...(left === undefined ? [] : [`${duration(left * 1000)} left`]),
    ...(errors === 0 ? [] : [`${errors} errors`]),
  ].join(", ");
}
