// From events to what the user sees: lines, figures, and at the end what became of it all.

import { cpus, loadavg } from "node:os";
import { monotonicMs } from "../../util/monotonic.ts";
import type { CopyEvent, Emit } from "../events.ts";
import type { Options } from "../options/options.ts";
import { linesOf } from "./event-lines.ts";
import type { ExitName } from "./exit-code.ts";
import { errorLines, exitLine, sentences } from "./final-lines.ts";
import type { Standing } from "./message-lines.ts";
import type { Statistics } from "./statistics.ts";
import { statisticsLines } from "./statistics-lines.ts";

/** Where lines go. */
export interface Lines {
  line(text: string): void;
}

export type ReportOptions = Pick<Options, "errorsmax" | "errorsdump" | "useuid" | "justfolders">;

export interface ReporterParts {
  readonly statistics: Statistics;
  readonly options: ReportOptions;
  readonly lines: Lines;
}

export class Reporter {
  readonly #statistics: Statistics;
  readonly #options: ReportOptions;
  readonly #lines: Lines;
  readonly #memoryAtStart = process.memoryUsage.rss();
  /** When the first folder was begun: sizes and logins take time that no message took. */
  #loopSince: number | undefined;

  constructor({ statistics, options, lines }: ReporterParts) {
    this.#statistics = statistics;
    this.#options = options;
    this.#lines = lines;
  }

  /** For the engine: counts the event, and says it. */
  readonly emit: Emit = (event) => {
    this.#statistics.note(event);
    if (event.type === "folders-begun") this.#loopSince = monotonicMs();
    this.#say(event);
  };

  /** The statistics, and whether all is well: for a run that got as far as the folders. */
  summary(): void {
    const { user, system } = process.cpuUsage();
    const machine = {
      memoryBytes: process.memoryUsage.rss(),
      memoryBytesAtStart: this.#memoryAtStart,
      loads: loadavg(),
      cores: Math.max(cpus().length, 1),
      cpuSeconds: (user + system) / 1e6,
    };
    this.#print(statisticsLines(this.#statistics, new Date(), machine));
    this.#print(sentences(this.#statistics, this.#options));
    this.#print(errorLines(this.#statistics.errors, this.#options));
  }

  /** The last line of every run. */
  exit(name: ExitName): void {
    const { errors } = this.#statistics;
    this.#print([exitLine({ name, errors: errors.count, errorsMax: this.#options.errorsmax, pid: process.pid })]);
  }

  #say(event: CopyEvent): void {
    const errors = this.#statistics.errors.count;
    const standing = (): Standing => this.#standing();
    this.#print(linesOf(event, { standing, errors, errorsMax: this.#options.errorsmax }));
  }

  #standing(): Standing {
    const { copied, octetsCopied, processed, sizesBefore } = this.#statistics;
    const seconds = this.#loopSince === undefined ? 0 : (monotonicMs() - this.#loopSince) / 1000;
    return { now: new Date(), seconds, copied, octetsCopied, processed, total: sizesBefore?.[1].messages };
  }

  #print(lines: readonly string[]): void {
    for (const line of lines) this.#lines.line(line);
  }
}
