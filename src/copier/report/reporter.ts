// From events to what the user sees: lines, figures, and at the end what became of it all.

import { cpus, loadavg } from "node:os";
import { monotonicMs } from "../../util/monotonic.ts";
import type { CopyEvent, Emit } from "../events.ts";
import type { Options } from "../options/options.ts";
import { linesOf } from "./event-lines.ts";
import type { ExitName } from "./exit-code.ts";
import { errorLines, exitLine, sentences } from "./final-lines.ts";
import { folderReportLine, FolderReports } from "./folder-reports.ts";
import type { Ended } from "./json-lines.ts";
import type { Standing } from "./message-lines.ts";
import type { Statistics } from "./statistics.ts";
import { statisticsLines } from "./statistics-lines.ts";

/** Where lines go. */
export interface Lines {
  /** A detail is worth no line where there is a better display. */
  line(text: string, isDetail?: boolean): void;
  /** As many as there may be messages, made as they are asked for; else each is given to `line`. */
  many?(texts: Iterable<string>): void;
}

/** Who makes something else of a run than lines. */
export interface Consumer {
  readonly emit?: (event: CopyEvent) => void;
  /** After each event of the loop over the folders. */
  readonly stands?: (standing: () => Standing, errors: number) => void;
  readonly end?: (ended: Ended) => void;
}

const details: readonly CopyEvent["type"][] = [
  "folder-read",
  "folder-done",
  "message-copied",
  "flags-set",
  "messages-deleted",
];

export type ReportOptions = Pick<Options, "errorsmax" | "errorsdump" | "useuid" | "justfolders">;

export interface ReporterParts {
  readonly statistics: Statistics;
  readonly options: ReportOptions;
  readonly lines: Lines;
  readonly consumers?: readonly Consumer[];
}

export class Reporter {
  readonly #statistics: Statistics;
  readonly #options: ReportOptions;
  readonly #lines: Lines;
  readonly #consumers: readonly Consumer[];
  readonly #folders = new FolderReports();
  readonly #memoryAtStart = process.memoryUsage.rss();
  /** When the first folder was begun: sizes and logins take time that no message took. */
  #loopSince: number | undefined;
  #isLooping = false;

  constructor({ statistics, options, lines, consumers = [] }: ReporterParts) {
    this.#statistics = statistics;
    this.#options = options;
    this.#lines = lines;
    this.#consumers = consumers;
  }

  /** For the engine: counts the event, and says it. */
  readonly emit: Emit = (event) => {
    this.#statistics.note(event);
    this.#folders.note(event);
    if (event.type === "folders-begun") {
      this.#loopSince = monotonicMs();
      this.#isLooping = true;
    } else if (event.type === "folders-done") this.#isLooping = false;
    this.#say(event);
    for (const { emit, stands } of this.#consumers) {
      emit?.(event);
      if (this.#isLooping) stands?.(this.#standing, this.#statistics.errors.count);
    }
  };

  /** The statistics, and whether all is well; nothing where the run did not get as far as the loop over the folders. */
  summary(): void {
    if (this.#loopSince === undefined) return;
    const { user, system } = process.cpuUsage();
    const machine = {
      memoryBytes: process.memoryUsage.rss(),
      memoryBytesAtStart: this.#memoryAtStart,
      loads: loadavg(),
      cores: Math.max(cpus().length, 1),
      cpuSeconds: (user + system) / 1e6,
    };
    if (!this.#options.justfolders) this.#print(["", ...this.#folders.all().map(folderReportLine), ""]);
    this.#print(statisticsLines(this.#statistics, new Date(), machine));
    this.#print(sentences(this.#statistics, this.#options));
    this.#print(errorLines(this.#statistics.errors, this.#options));
  }

  /** The last line of every run. */
  exit(name: ExitName): void {
    const { errors } = this.#statistics;
    const ended = { exit: name, statistics: this.#statistics, folders: this.#folders.all(), endedAt: new Date() };
    for (const { end } of this.#consumers) end?.(ended);
    this.#print([exitLine({ name, errors: errors.count, errorsMax: this.#options.errorsmax, pid: process.pid })]);
  }

  #say(event: CopyEvent): void {
    const errors = this.#statistics.errors.count;
    const lines = linesOf(event, { standing: this.#standing, errors, errorsMax: this.#options.errorsmax });
    this.#print(lines, details.includes(event.type));
  }

  readonly #standing = (): Standing => {
    const { copied, octetsCopied, processed, sizesBefore } = this.#statistics;
    const seconds = this.#loopSince === undefined ? 0 : (monotonicMs() - this.#loopSince) / 1000;
    return { now: new Date(), seconds, copied, octetsCopied, processed, total: sizesBefore?.[1].messages };
  };

  #print(lines: Iterable<string>, isDetail = false): void {
    if (this.#lines.many !== undefined && !Array.isArray(lines)) this.#lines.many(lines);
    else for (const line of lines) this.#lines.line(line, isDetail);
  }
}
