// Reads the arguments as Perl's Getopt::Long does.

import { parseWords } from "../../util/option-parser.ts";
import type { OptionSpec } from "./option-spec.ts";
import { optionTable } from "./option-table.ts";
import { on, optionValue } from "./option-values.ts";
import type { GivenOptions, OptionName } from "./options.ts";
import { type SpelledOption, spelledOption } from "./spelling.ts";
import { usageError } from "./usage-error.ts";

const table: Readonly<Record<OptionName, OptionSpec>> = optionTable;

/** What the command line says. @throws InterimapError USAGE */
export function readArguments(argv: readonly string[]): GivenOptions {
  const names = Object.keys(table) as OptionName[];
  const { options } = parseWords(
    normalForm(argv),
    names.map((name) => ({ name, hasValue: true })),
  );
  const given = names.flatMap((name) => {
    const words = options.get(name);
    return words === undefined ? [] : [[name, optionValue(name, { spec: table[name], words })] as const];
  });
  return Object.fromEntries(given);
}

/** Each option in full, with its value behind a `=`. What follows an option that wants a value is that, whatever it is. */
function normalForm(argv: readonly string[]): string[] {
  const words: string[] = [];
  let before: SpelledOption | undefined;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? "";
    const [, written, joined] = word === "--" ? [] : (/^--?(.[^=]*)(?:=(.*))?$/s.exec(word) ?? []);
    if (written === undefined) {
      const extra = (word === "--" ? argv.slice(i + 1) : [word]).filter((one) => one !== "");
      if (extra.length > 0) throw extraArguments(extra, before);
      if (word === "--") break;
      continue;
    }
    const option = spelledOption(written);
    const { name, isNegated } = option;
    before = option;
    if (["flag", "boolean"].includes(table[name].kind)) {
      if (joined !== undefined) throw usageError(`--${name} takes no value`);
      words.push(`--${name}=${isNegated ? "" : on}`);
    } else {
      const value = joined ?? argv[++i];
      if (value === undefined) throw usageError(`--${name} needs a value`);
      words.push(`--${name}=${value}`);
    }
  }
  return words;
}

/** Not shown: it may be the end of a password that was not quoted. */
function extraArguments([first = ""]: readonly string[], before: SpelledOption | undefined): Error {
  const numbered = `${before?.name.replace(/[12]$/, "") ?? ""}${first}`;
  const place = before === undefined ? "in front of all options" : `behind --${before.name}`;
  return usageError(
    `there is an argument ${place} that belongs to no option`,
    /^[12]$/.test(first) && numbered in table
      ? `did you mean --${numbered}?`
      : "quote values that have blanks in them, and look for a misspelt option",
  );
}
