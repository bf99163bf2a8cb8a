// What a job has come to, in short: what its page shows without its history.

import type {
  FolderProgress,
  JobMessage,
  JobProgress,
  LeftMessage,
  RefusedCertificate,
} from "../../job/job-message.ts";
import { cut } from "../../util/printable.ts";
import { maxLineLength } from "./history.ts";

/** As it is kept on the disk. */
export interface SummaryRecord {
  readonly progress: JobProgress | undefined;
  readonly folders: readonly FolderProgress[];
  /** The first of them. */
  readonly left: readonly LeftMessage[];
  readonly leftCount: number;
  readonly certificates: readonly RefusedCertificate[];
  readonly lastLines: readonly string[];
  readonly lineCount: number;
  /** In the history: the id of the last one. */
  readonly eventCount: number;
}

export const emptySummary: SummaryRecord = {
  progress: undefined,
  folders: [],
  left: [],
  leftCount: 0,
  certificates: [],
  lastLines: [],
  lineCount: 0,
  eventCount: 0,
};

const maxLeft = 100;
const maxLastLines = 500;

/** In all: lines can be long. */
const maxLastCharacters = 128 * 1024;

/** A server may have more than anybody looks at. */
const maxFolders = 20_000;

export class Summary {
  #progress: JobProgress | undefined;
  readonly #folders: Map<string, FolderProgress>;
  readonly #left: LeftMessage[];
  #leftCount: number;
  #certificates: RefusedCertificate[];
  readonly #lastLines: string[];
  #lastCharacters: number;
  #lineCount: number;

  constructor(record: SummaryRecord) {
    this.#progress = record.progress;
    this.#folders = new Map(record.folders.map((folder) => [keyOf(folder), folder]));
    this.#left = [...record.left];
    this.#leftCount = record.leftCount;
    this.#certificates = [...record.certificates];
    this.#lastLines = [...record.lastLines];
    this.#lastCharacters = record.lastLines.reduce((sum, { length }) => sum + length, 0);
    this.#lineCount = record.lineCount;
  }

  /** Another run of the same job: what is about the run before is forgotten, its log is not. */
  beginRun(): void {
    this.#progress = undefined;
    this.#folders.clear();
    this.#left.length = 0;
    this.#leftCount = 0;
    this.#certificates = [];
  }

  note(message: JobMessage): void {
    switch (message.type) {
      case "line":
        this.#lineCount++;
        this.#noteLine(cut(message.text, maxLineLength));
        return;
      case "progress": {
        const { type: _, ...progress } = message;
        this.#progress = progress;
        return;
      }
      case "folder": {
        const { type: _, ...folder } = message;
        const key = keyOf(folder);
        if (this.#folders.size < maxFolders || this.#folders.has(key)) this.#folders.set(key, folder);
        return;
      }
      case "left": {
        const { type: _, ...left } = message;
        this.#leftCount++;
        if (this.#left.length < maxLeft) this.#left.push(left);
        return;
      }
      case "certificate": {
        const { type: _, ...certificate } = message;
        this.#certificates.push(certificate);
        return;
      }
      case "verified":
      case "ended":
        return;
    }
  }

  #noteLine(text: string): void {
    this.#lastLines.push(text);
    this.#lastCharacters += text.length;
    while (this.#lastLines.length > maxLastLines || this.#lastCharacters > maxLastCharacters) {
      this.#lastCharacters -= this.#lastLines.shift()!.length;
    }
  }

  get progress(): JobProgress | undefined {
    return this.#progress;
  }

  get folders(): ReadonlyMap<string, FolderProgress> {
    return this.#folders;
  }

  /** `eventCount`: in the history, which has everything that was noted. */
  record(eventCount: number): SummaryRecord {
    return {
      progress: this.#progress,
      folders: [...this.#folders.values()],
      left: this.#left,
      leftCount: this.#leftCount,
      certificates: this.#certificates,
      lastLines: this.#lastLines,
      lineCount: this.#lineCount,
      eventCount,
    };
  }
}

function keyOf({ folder1, folder2 }: FolderProgress): string {
  return JSON.stringify([folder1, folder2]);
}
