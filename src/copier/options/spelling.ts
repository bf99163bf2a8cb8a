// How options may be written, as Perl's Getopt::Long has it: in any case, shortened, negated.

import { nearest } from "../../util/nearest.ts";
import { printable } from "../../util/printable.ts";
import type { OptionSpec } from "./option-spec.ts";
import { optionTable } from "./option-table.ts";
import type { OptionName } from "./options.ts";
import { usageError } from "./usage-error.ts";

export interface SpelledOption {
  readonly name: OptionName;
  /** Written with `no` in front. */
  readonly isNegated: boolean;
}

const rows = Object.entries(optionTable) as readonly (readonly [OptionName, OptionSpec])[];

/** All that can be written in full, in lower case. */
const spellings: ReadonlyMap<string, SpelledOption> = new Map(rows.flatMap(spellingsOf));

function spellingsOf([name, { kind, aliases = [] }]: (typeof rows)[number]): (readonly [string, SpelledOption])[] {
  const plain = [name, ...aliases].map((one) => one.toLowerCase());
  const negated = kind === "boolean" ? plain.flatMap((one) => [`no${one}`, `no-${one}`]) : [];
  return [
    ...plain.map((one) => [one, { name, isNegated: false }] as const),
    ...negated.map((one) => [one, { name, isNegated: true }] as const),
  ];
}

/** The option that `written`, without its dashes, means. An exact name wins over longer ones. @throws InterimapError USAGE */
export function spelledOption(written: string): SpelledOption {
  const typed = written.toLowerCase();
  const exact = spellings.get(typed);
  if (exact !== undefined) return exact;
  const longer = new Map(
    [...spellings].filter(([one]) => one.startsWith(typed)).map(([, option]) => [inFull(option), option]),
  );
  const [only, other] = longer.values();
  if (only === undefined) throw unknownOption(typed);
  if (other === undefined) return only;
  throw usageError(`--${printable(typed)} is ambiguous`, `it could be ${[...longer.keys()].sort().join(", ")}`);
}

function inFull({ name, isNegated }: SpelledOption): string {
  return `--${isNegated ? "no" : ""}${name}`;
}

function unknownOption(typed: string): Error {
  const meant = spellings.get(nearest(typed, [...spellings.keys()]) ?? "");
  const suggestion = meant === undefined ? undefined : `did you mean ${inFull(meant)}?`;
  return usageError(`unknown option --${printable(typed)}`, suggestion);
}
