// Candidates for the word at the cursor of a command line that a shell completes.

import type { Candidate } from "../../util/shell/completion-lines.ts";
import type { OptionSpec } from "./option-spec.ts";
import { optionTable } from "./option-table.ts";
import type { OptionName } from "./options.ts";
import { spelledOption } from "./spelling.ts";

const table: readonly (readonly [string, OptionSpec])[] = Object.entries(optionTable);

/** Options whose value is a file or a directory. */
export const fileOptions = table
  .filter(([, spec]) => "value" in spec && ["FILE", "DIRECTORY"].includes(spec.value ?? ""))
  .map(([name]) => name);

/** `words`: the program first, the one at the cursor last. */
export function candidates(words: readonly string[]): readonly Candidate[] {
  const current = words.at(-1) ?? "";
  const [, name, value] = /^--([^=]+)=(.*)$/s.exec(current) ?? [];
  if (name !== undefined) return valuesOf(name, value).map((word) => ({ word: `--${name}=${word}` }));
  const [, before] = /^--?([^=]+)$/.exec(words.at(-2) ?? "") ?? [];
  if (before !== undefined && takesValue(specOf(before))) return valuesOf(before, current).map((word) => ({ word }));
  return table
    .flatMap(([option, spec]) => optionCandidates(option, spec))
    .filter(({ word }) => word.startsWith(current));
}

function optionCandidates(name: string, spec: OptionSpec): readonly Candidate[] {
  if (spec.group === "Obsolete") return [];
  const plain = { word: `--${name}`, describe: spec.describe };
  return spec.kind === "boolean" ? [plain, { word: `--no${name}`, describe: `not: ${spec.describe}` }] : [plain];
}

function valuesOf(written: string, typed = ""): readonly string[] {
  const spec = specOf(written);
  const choices = spec !== undefined && "choices" in spec ? (spec.choices ?? []) : [];
  return choices.filter((one) => one.startsWith(typed));
}

function takesValue(spec: OptionSpec | undefined): boolean {
  return spec !== undefined && !["flag", "boolean"].includes(spec.kind);
}

/** Undefined: it could be several options, or none. */
function specOf(written: string): OptionSpec | undefined {
  try {
    const { name }: { readonly name: OptionName } = spelledOption(written);
    return optionTable[name];
  } catch {
    return undefined;
  }
}
