// Whether options make a job, without doing it.

import { rulesOf } from "../copier/engine/rules.ts";
import type { Options } from "../copier/options/options.ts";
import { parseCommandLine } from "../copier/options/parse-options.ts";
import { InterimapError } from "../model/errors.ts";

export interface CheckedOptions {
  /** Those that whoever starts the job gives itself. */
  readonly own: readonly string[];
  readonly options: readonly string[];
  /** By their full names: these must stay as they are without `options`. */
  readonly reserved: ReadonlySet<string>;
}

/** What is wrong with the options, in words; undefined: nothing. */
export function optionsFault({ own, options, reserved }: CheckedOptions): string | undefined {
  try {
    const [before, after] = [parsed(own), parsed([...own, ...options])];
    const taken = Object.entries(after).find(
      ([name, value]) => reserved.has(name) && JSON.stringify(value) !== JSON.stringify(before[name as keyof Options]),
    );
    if (taken !== undefined) return `--${taken[0]} cannot be used here`;
    rulesOf(after);
    return undefined;
  } catch (error) {
    if (error instanceof InterimapError && error.code !== "BUG") return error.message;
    throw error;
  }
}

/** @throws InterimapError USAGE */
function parsed(argv: readonly string[]): Options {
  const commandLine = parseCommandLine(argv);
  if (commandLine.command !== "copy") throw new InterimapError("USAGE", "these options do not start a copy");
  return commandLine.options;
}
