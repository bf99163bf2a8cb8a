// What a job says, on its way to whoever started it: in order, and no faster than that one reads.

import { LineOutput, type LineOutputOptions } from "../log/line-output.ts";
import type { JobMessage } from "./job-message.ts";

/** A reader that pauses lets this much pile up before anybody has to wait. */
const roomyOctets = 1 << 20;
const lookMs = 20;

export interface MessageOutputOptions extends Pick<LineOutputOptions, "onLoss"> {
  /** The standard output unless told. */
  readonly descriptor?: number;
}

export class MessageOutput {
  readonly #out: LineOutput;
  /** What comes when there is room again. */
  readonly #later: Iterator<JobMessage>[] = [];
  #retry: NodeJS.Timeout | undefined;

  constructor({ descriptor = 1, onLoss }: MessageOutputOptions = {}) {
    this.#out = new LineOutput(descriptor, onLoss === undefined ? {} : { onLoss });
  }

  readonly send = (message: JobMessage): void => {
    if (this.#later.length === 0) this.#write(message);
    else this.sendAll([message]);
  };

  /** Takes as many of them as there is room for: they may be a million, and made only when they are wanted. */
  sendAll(messages: Iterable<JobMessage>): void {
    this.#later.push(messages[Symbol.iterator]());
    if (this.#later.length === 1) this.#goOn();
  }

  /** Resolves when the reader has caught up, or the signal is aborted: to be awaited by who says a lot. */
  async hasRoom(stop?: AbortSignal): Promise<void> {
    while (this.#isFull && stop?.aborted !== true) await pause();
  }

  /** Resolves when all has been written, however long the reader takes. */
  async end(): Promise<void> {
    await this.hasRoom();
    this.#out.flush();
    while (this.#out.waitingOctets > 0) await pause();
  }

  get #isFull(): boolean {
    return this.#later.length > 0 || this.#out.waitingOctets > roomyOctets;
  }

  #goOn(): void {
    this.#retry = undefined;
    for (
      let [first] = this.#later;
      first !== undefined && this.#out.waitingOctets <= roomyOctets;
      [first] = this.#later
    ) {
      const next = first.next();
      if (next.done === true) this.#later.shift();
      else this.#write(next.value);
    }
    if (this.#later.length > 0)
      this.#retry ??= setTimeout(() => {
        this.#goOn();
      }, lookMs);
  }

  #write(message: JobMessage): void {
    this.#out.write(`${JSON.stringify(message)}\n`);
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, lookMs));
}
