// An output for lines. All lines of one turn of the event loop are written in one piece.

import { writeSync } from "node:fs";

/** In characters: more is written at once. */
const maxGathered = 64 * 1024;

/** Until a reader that had no room is tried again. */
const retryMs = 20;

/** ECMA-48, 8.3.41: to the end of the line, from its beginning. */
const clearLine = "\r\x1b[K";

/** How long a process that ends waits for a reader that reads nothing. */
const endLimitMs = 2_000;

export interface LineOutputOptions {
  /** Hears of a failure to write: the reader has gone (EPIPE), the disk is full. What could not be written is dropped. */
  readonly onLoss?: (error: NodeJS.ErrnoException) => void;
}

/**
 * Nothing is lost while somebody reads: at its end the process writes what is left, and waits for a slow reader. A reader
 * that has gone, or a full disk, must not end the work; there is nobody left to tell.
 */
export class LineOutput {
  readonly #fd: number;
  readonly #onLoss: (error: NodeJS.ErrnoException) => void;
  #gathered = "";
  /** What the reader had no room for yet. */
  #waiting: Buffer[] = [];
  /** Below all lines, on a terminal. */
  #status = "";
  #isStatusShown = false;
  #isInUse = false;
  #gathers = true;
  #nextTurn: NodeJS.Immediate | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(fd = 2, { onLoss = () => undefined }: LineOutputOptions = {}) {
    this.#fd = fd;
    this.#onLoss = onLoss;
  }

  /** Octets that the reader had no room for yet. */
  get waitingOctets(): number {
    return this.#waiting.reduce((sum, { length }) => sum + length, 0);
  }

  /** `text`: whole lines. */
  write(text: string): void {
    this.#begin();
    this.#hideStatus();
    this.#gathered += text;
    if (!this.#gathers || this.#gathered.length >= maxGathered) this.flush();
    else
      this.#nextTurn ??= setImmediate(() => {
        this.flush();
      });
  }

  /** For a terminal: a line without an end, which is there below all lines until it is another one. Empty: none. */
  showStatus(text: string): void {
    this.#begin();
    this.#hideStatus();
    this.#status = text;
    this.flush();
  }

  #hideStatus(): void {
    if (this.#isStatusShown) this.#gathered += clearLine;
    this.#isStatusShown = false;
  }

  /** From now on each line is written as it comes: the process may end between two of them. */
  stopGathering(): void {
    this.#gathers = false;
    this.flush();
  }

  /** Writes as much as the reader has room for; the rest follows by itself. */
  flush(): void {
    clearImmediate(this.#nextTurn);
    clearTimeout(this.#retry);
    this.#nextTurn = this.#retry = undefined;
    if (!this.#isStatusShown) this.#gathered += this.#status;
    this.#isStatusShown = this.#status !== "";
    if (this.#gathered !== "") this.#waiting.push(Buffer.from(this.#gathered));
    this.#gathered = "";
    if (this.#hasRoomForAll()) return;
    this.#retry = setTimeout(() => {
      this.flush();
    }, retryMs);
  }

  #begin(): void {
    if (this.#isInUse) return;
    this.#isInUse = true;
    // Makes Node.js set a pipe so that writing to it does not wait: a reader that pauses must not stop the work. Only now: it
    // takes a moment, and most runs have nothing to say.
    if (this.#fd === 1) process.stdout.on("error", () => undefined);
    if (this.#fd === 2) process.stderr.on("error", () => undefined);
    process.once("exit", () => {
      this.end();
    });
  }

  #hasRoomForAll(): boolean {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      try {
        const length = writeSync(this.#fd, first);
        if (length < first.length) this.#waiting[0] = first.subarray(length);
        else this.#waiting.shift();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EAGAIN") return false;
        this.#waiting = [];
        this.#onLoss(error as NodeJS.ErrnoException);
      }
    }
    return true;
  }

  /** Before a signal ends the process; at any other end it happens by itself. */
  end(): void {
    if (this.#status !== "") this.showStatus("");
    this.flush();
    for (let waitedMs = 0; this.#waiting.length > 0 && waitedMs < endLimitMs; waitedMs += retryMs) {
      const [before] = this.#waiting;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
      this.flush();
      if (this.#waiting[0] !== before) waitedMs = 0;
    }
  }
}
