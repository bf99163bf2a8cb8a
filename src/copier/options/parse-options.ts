// From the command line to what is to be done.

import { checkOptions } from "./check-options.ts";
import { type OptionSpec, optionTable } from "./option-table.ts";
import type { GivenOptions, OptionName, Options } from "./options.ts";
import { readArguments } from "./read-arguments.ts";
import { resolveOptions } from "./resolve-options.ts";

export type CommandLine =
  | { readonly command: "help" | "version" }
  /** `notices`: lines to be shown. */
  | { readonly command: "copy"; readonly options: Options; readonly notices: readonly string[] };

/** `argv`: without the program. @throws InterimapError USAGE */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  if (argv.length === 0) return { command: "help" };
  const given = readArguments(argv);
  if (given.help === true) return { command: "help" };
  if (given.version === true) return { command: "version" };
  const options = resolveOptions(given);
  checkOptions(given, options);
  return { command: "copy", options, notices: noticesOf(given) };
}

function noticesOf(given: GivenOptions): readonly string[] {
  const table: Readonly<Record<OptionName, OptionSpec>> = optionTable;
  const names = Object.keys(given) as OptionName[];
  return names
    .filter((name) => table[name].isObsolete === true)
    .map((name) => `Option --${name} is accepted, and does nothing`);
}
