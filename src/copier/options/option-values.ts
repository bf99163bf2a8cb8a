// What the words behind an option are as values.

import { printable } from "../../util/printable.ts";
import type { OptionSpec } from "./option-spec.ts";
import { usageError } from "./usage-error.ts";

/** As Getopt::Long has them: digits may be grouped by underscores. */
const integer = /^\+?_*\d[\d_]*$/;
const decimal = /^\+?(?=\.?\d)[\d_]*(?:\.\d[\d_]*)?(?:e[-+]?\d+)?$/i;

/** `words`: all that were given for it, the last one last. @throws InterimapError USAGE */
export function optionValue(
  name: string,
  { spec, words }: { readonly spec: OptionSpec; readonly words: readonly string[] },
): boolean | string | number | readonly string[] | ReadonlyMap<string, string> {
  const last = words.at(-1) ?? "";
  switch (spec.kind) {
    case "flag":
    case "boolean":
      return last === on;
    case "string":
      return oneOf(name, { choices: "choices" in spec ? spec.choices : undefined, word: last });
    case "strings":
      return words;
    case "integer":
      return numberOf(last, { name, pattern: integer, what: "a whole number" });
    case "number":
      return numberOf(last, { name, pattern: decimal, what: "a number" });
    case "pairs":
      return new Map(words.map((word) => pairOf(name, word)));
  }
}

/** The word behind an option that has no value; the one behind its negation is empty. */
export const on = "on";

function oneOf(
  name: string,
  { choices, word }: { readonly choices: readonly string[] | undefined; readonly word: string },
): string {
  if (choices?.includes(word) === false)
    throw usageError(
      `--${name} takes ${choices.slice(0, -1).join(", ")} or ${choices.at(-1) ?? ""}, not "${printable(word)}"`,
    );
  return word;
}

function numberOf(
  word: string,
  { name, pattern, what }: { readonly name: string; readonly pattern: RegExp; readonly what: string },
): number {
  const number = Number(word.replaceAll("_", ""));
  if (pattern.test(word) && number <= Number.MAX_SAFE_INTEGER) return number;
  throw usageError(`--${name} takes ${what}, not "${printable(word)}"`);
}

/** The first `=` divides it. */
function pairOf(name: string, word: string): readonly [string, string] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
  if (key === undefined || value === undefined)
    throw usageError(`--${name} takes two words with = between them, not "${printable(word)}"`);
  return [key, value];
}
