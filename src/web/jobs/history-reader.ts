// Reads a job's history from the disk, piece by piece, at the pace of who reads it: nobody's slowness costs memory.

import { type FileHandle, open } from "node:fs/promises";
import { type HistoryEntry, readEntry } from "./history-entry.ts";

const pieceOctets = 64 * 1024;
const lineBreak = 0x0a;

export interface HistoryReading {
  /** Entries whose id is greater; 0: all. */
  readonly after?: number;
  /** How much of the file is there for good. */
  readonly size?: () => number;
}

export class HistoryReader {
  readonly #file: FileHandle;
  readonly #buffer = Buffer.allocUnsafe(pieceOctets);
  #position = 0;
  /** Of a line whose end is not read yet. */
  #rest: Buffer[] = [];
  #id = 0;
  readonly #after: number;
  readonly #size: () => number;

  private constructor(file: FileHandle, { after = 0, size = () => Infinity }: HistoryReading) {
    this.#file = file;
    this.#after = after;
    this.#size = size;
  }

  /** Undefined: there is no such file. */
  static async open(path: string, reading: HistoryReading = {}): Promise<HistoryReader | undefined> {
    try {
      return new HistoryReader(await open(path, "r"), reading);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  /** What follows, a piece of it; none where there is no more by now. */
  async next(): Promise<readonly HistoryEntry[]> {
    for (;;) {
      const length = Math.min(pieceOctets, this.#size() - this.#position);
      if (length <= 0) return [];
      const { bytesRead } = await this.#file.read(this.#buffer, 0, length, this.#position);
      if (bytesRead === 0) return [];
      this.#position += bytesRead;
      const entries = this.#entriesOf(this.#buffer.subarray(0, bytesRead));
      if (entries.length > 0) return entries;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #entriesOf(piece: Buffer): readonly HistoryEntry[] {
    const entries: HistoryEntry[] = [];
    let from = 0;
    for (let to = piece.indexOf(lineBreak); to !== -1; to = piece.indexOf(lineBreak, from)) {
      this.#id++;
      if (this.#id > this.#after) {
        const line = Buffer.concat([...this.#rest, piece.subarray(from, to)]).toString("utf8");
        const entry = readEntry(line, this.#id);
        if (entry !== undefined) entries.push(entry);
      }
      this.#rest = [];
      from = to + 1;
    }
    if (from < piece.length) this.#rest.push(Buffer.from(piece.subarray(from)));
    return entries;
  }
}
