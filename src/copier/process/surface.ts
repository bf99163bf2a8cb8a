// What a run shows itself on: the output, a terminal or not, and the report of all messages.

import { resolve } from "node:path";
import { isatty } from "node:tty";
import { LineOutput } from "../../log/line-output.ts";
import type { Options } from "../options/options.ts";
import type { Surface } from "../report/make-reporter.ts";
import type { Output } from "./output.ts";
import { openGiven } from "./output-file.ts";

/** A terminal that does not know how wide it is says 0, or nothing. */
function widthOf(columns: number | undefined): number {
  return columns === undefined || columns === 0 ? 80 : columns;
}

export interface OpenSurface extends Surface {
  /** Writes what is left of the report. */
  readonly end: () => void;
}

/** @throws InterimapError FILE_CREATE when the file of `--report` cannot be made or written. */
export function openSurface(output: Output, { report, json }: Pick<Options, "report" | "json">): OpenSurface {
  const columns = !json && isatty(1) ? widthOf(process.stdout.columns) : undefined;
  if (report === undefined) return { screen: output, columns, end: () => undefined };
  const file = openGiven(resolve(report), { what: "the report", hint: "name another file with --report" });
  const lines = new LineOutput(file.descriptor, {
    onLoss: ({ message }) => {
      output.error(
        `The report ${file.path} cannot be written (${message}): the run goes on, and lines are missing there`,
      );
    },
  });
  return {
    screen: output,
    columns,
    writeReport: (text) => {
      lines.write(text);
    },
    end: () => {
      lines.end();
      file.close();
    },
  };
}
