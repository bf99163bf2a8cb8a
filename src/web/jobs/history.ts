// Writes a job's history: appended to a file, many lines of the log in one event. What cannot be written, because the disk is full,
// is lost: a line says so as soon as there is room again.

import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { create } from "../../files/open-safely.ts";
import { cut } from "../../util/printable.ts";
import { entryLine, type HistoryEvents } from "./history-entry.ts";

export interface HistoryOptions {
  readonly path: string;
  /** Then nothing but states is added. */
  readonly maxOctets: number;
  /** Of lines and events before. */
  readonly lineCount: number;
  readonly eventCount: number;
  /** There is more to read. */
  readonly onGrowth: () => void;
  /** These are in the history now. */
  readonly onLines: (lines: readonly string[]) => void;
  /** What could not be written is not in the history. Called when that begins, and not again until something could be written. */
  readonly onLoss: (error: Error) => void;
}

/** As many lines, or characters, at the most, are one event; and what came within this time. */
const maxLines = 500;
const maxCharacters = 32 * 1024;
const gatherMs = 100;

/** More of a line is nothing that a person reads. */
export const maxLineLength = 32 * 1024;

export const fullHistory =
  "The log is longer than this server keeps: the job goes on, and the rest of its log is left out";

/** `count`: of lines of the log, and of what else is told. */
export function lostHistory(count: number): string {
  return `Here the log has a gap of ${count} ${count === 1 ? "line" : "lines"}: this server could not write to its disk`;
}

export class History {
  readonly #options: HistoryOptions;
  readonly #fd: number;
  #octets: number;
  #lineCount: number;
  #eventCount: number;
  #gathered: string[] = [];
  #gatheredLength = 0;
  #timer: NodeJS.Timeout | undefined;
  #isFull = false;
  #lost = 0;

  /** Goes on with a file that is there. @throws the system's error */
  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#lineCount = options.lineCount;
    this.#eventCount = options.eventCount;
    this.#fd = openForMore(options.path);
    this.#octets = endAtLine(this.#fd);
    this.#isFull = this.#octets >= options.maxOctets;
  }

  /** The id of the last one. */
  get eventCount(): number {
    return this.#eventCount;
  }

  /** What is behind this in the file may be cut off again. */
  get octets(): number {
    return this.#octets;
  }

  line(text: string): void {
    if (this.#isFull) return;
    this.#gathered.push(cut(text, maxLineLength));
    this.#gatheredLength += Math.min(text.length, maxLineLength);
    if (this.#gathered.length >= maxLines || this.#gatheredLength >= maxCharacters) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), gatherMs);
  }

  append<E extends keyof HistoryEvents>(event: E, data: HistoryEvents[E]): void {
    this.flush();
    if (this.#isFull && event !== "state") return;
    if (!this.#mendGap() || !this.#write(entryLine(event, JSON.stringify(data)))) this.#lost++;
    this.#endIfFull();
  }

  /** Writes the lines that were gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#gathered.length === 0) return;
    const lines = this.#gathered;
    this.#gathered = [];
    this.#gatheredLength = 0;
    if (!this.#mendGap() || !this.#writeLines(lines)) this.#lost += lines.length;
    this.#endIfFull();
  }

  /** Nothing may follow. */
  close(): void {
    this.flush();
    try {
      closeSync(this.#fd);
    } catch (error) {
      this.#options.onLoss(error as Error);
    }
  }

  /** Says what is missing. Returns whether there is room for what follows. */
  #mendGap(): boolean {
    if (this.#lost === 0) return true;
    if (!this.#writeLines([lostHistory(this.#lost)])) return false;
    this.#lost = 0;
    return true;
  }

  #endIfFull(): void {
    if (this.#octets < this.#options.maxOctets || this.#isFull) return;
    this.#isFull = true;
    this.#writeLines([fullHistory]);
  }

  #writeLines(lines: readonly string[]): boolean {
    const isWritten = this.#write(entryLine("lines", JSON.stringify({ first: this.#lineCount + 1, lines })));
    if (isWritten) {
      this.#lineCount += lines.length;
      this.#options.onLines(lines);
    }
    return isWritten;
  }

  /** Returns whether all of it is there; else nothing of it is. */
  #write(text: string): boolean {
    const octets = Buffer.from(text, "utf8");
    try {
      for (let at = 0; at < octets.length;) at += writeSync(this.#fd, octets, at);
    } catch (error) {
      // A line that is there in part would make one of two events.
      this.#cutBack();
      if (this.#lost === 0) this.#options.onLoss(error as Error);
      return false;
    }
    this.#octets += octets.length;
    this.#eventCount++;
    this.#options.onGrowth();
    return true;
  }

  #cutBack(): void {
    try {
      ftruncateSync(this.#fd, this.#octets);
    } catch {
      // The next start mends it.
    }
  }
}

function openForMore(path: string): number {
  const flags = constants.O_RDWR | constants.O_APPEND;
  try {
    return create(path, flags, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return openSync(path, flags | constants.O_NOFOLLOW);
  }
}

/** Cuts off what a crash left of a line. Returns the size. */
function endAtLine(fd: number): number {
  const { size } = fstatSync(fd);
  const piece = Buffer.allocUnsafe(64 * 1024);
  for (let end = size; end > 0;) {
    const from = Math.max(0, end - piece.length);
    const count = readSync(fd, piece, 0, end - from, from);
    const at = piece.subarray(0, count).lastIndexOf(0x0a);
    if (at !== -1) {
      if (from + at + 1 < size) ftruncateSync(fd, from + at + 1);
      return from + at + 1;
    }
    end = from;
  }
  ftruncateSync(fd, 0);
  return 0;
}
