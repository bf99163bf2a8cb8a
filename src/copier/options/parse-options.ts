// From the command line to what is to be done.

import { type CompletionQuestion, completionQuestion, type Shell, shells } from "../../util/shell/completion.ts";
import { checkOptions } from "./check-options.ts";
import type { OptionSpec } from "./option-spec.ts";
import { optionTable } from "./option-table.ts";
import type { GivenOptions, OptionName, Options } from "./options.ts";
import { readArguments } from "./read-arguments.ts";
import { resolveOptions } from "./resolve-options.ts";

const table: Readonly<Record<OptionName, OptionSpec>> = optionTable;

export type CommandLine =
  | { readonly command: "help" | "version" }
  | { readonly command: "completion"; readonly shell: Shell }
  /** A shell that completes a command line asks what could stand in the place of its last word. */
  | ({ readonly command: "candidates" } & CompletionQuestion)
  /** What the original does with these options does not exist here. `notices`: lines to be shown. */
  | { readonly command: "nothing"; readonly notices: readonly string[] }
  | { readonly command: "copy"; readonly options: Options; readonly notices: readonly string[] };

/** `argv`: without the program. @throws InterimapError USAGE */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  if (argv.length === 0) return { command: "help" };
  const question = completionQuestion(argv);
  if (question !== undefined) return { command: "candidates", ...question };
  const given = readArguments(argv);
  if (given.help === true) return { command: "help" };
  if (given.version === true) return { command: "version" };
  const shell = shells.find((one) => one === given.completion);
  if (shell !== undefined) return { command: "completion", shell };
  const obsolete = names(given).filter((name) => table[name].group === "Obsolete");
  const notices = obsolete.map((name) => `Option --${name} is accepted, and does nothing`);
  if (obsolete.some((name) => given[name] !== false && "isAll" in table[name])) return { command: "nothing", notices };
  const options = resolveOptions(given);
  checkOptions(given, options);
  return { command: "copy", options, notices };
}

function names(given: GivenOptions): readonly OptionName[] {
  return Object.keys(given) as OptionName[];
}
