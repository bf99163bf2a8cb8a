// Puts together what a run's options say of its output.

import { monotonicMs } from "../../util/monotonic.ts";
import type { Options } from "../options/options.ts";
import { eventJson, finalJson } from "./json-lines.ts";
import { messageReportLines } from "./message-report.ts";
import { Progress, type Screen } from "./progress.ts";
import { type Consumer, type Lines, Reporter, type ReportOptions } from "./reporter.ts";
import type { Statistics } from "./statistics.ts";

export interface Surface {
  readonly screen: Screen;
  /** Undefined: the standard output is no terminal. */
  readonly columns: number | undefined;
  /** `--report`: takes whole lines. */
  readonly writeReport?: ((text: string) => void) | undefined;
}

export type OutputOptions = ReportOptions & Pick<Options, "json" | "progress" | "debug">;

/**
 * Without a terminal every line is said, whatever `--progress` says: programs read them. With `--json`, the screen shows JSON
 * only, and has its lines in the log file.
 */
export function makeReporter(options: OutputOptions, statistics: Statistics, surface: Surface): Reporter {
  const { screen, columns, writeReport } = surface;
  const consumers: Consumer[] = [];
  let lines: Lines = screen;
  if (options.json) {
    consumers.push(jsonTo(screen));
  } else if (columns !== undefined && (options.progress ?? !options.debug)) {
    const progress = new Progress(screen, { columns, now: monotonicMs });
    lines = progress;
    consumers.push(drawing(progress));
  }
  if (writeReport !== undefined) consumers.push(reportTo(writeReport));
  return new Reporter({ statistics, options, lines, consumers });
}

function jsonTo(screen: Screen): Consumer {
  return {
    emit: (event) => {
      screen.display(`${eventJson(event)}\n`);
    },
    end: (ended) => {
      screen.display(`${finalJson(ended)}\n`);
    },
  };
}

function drawing(progress: Progress): Consumer {
  return {
    stands: (standing, errors) => {
      progress.draw(standing, errors);
    },
    end: () => {
      progress.clear();
    },
  };
}

function reportTo(write: (text: string) => void): Consumer {
  return {
    emit: (event) => {
      for (const line of messageReportLines(event)) write(`${line}\n`);
    },
  };
}
