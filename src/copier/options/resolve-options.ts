// What holds where the command line says nothing. Pure.

import { type OptionSpec, optionTable } from "./option-table.ts";
import type { GivenOptions, Options } from "./options.ts";

const rows: readonly (readonly [string, OptionSpec])[] = Object.entries(optionTable);

/** The values that the engine reads. */
export function resolveOptions(given: GivenOptions): Options {
  return { ...plainDefaults, ...given };
}

const plainDefaults = Object.fromEntries(rows.map(([name, spec]) => [name, plainDefault(spec)])) as Options;

function plainDefault(spec: OptionSpec): unknown {
  if (spec.kind === "flag") return false;
  if (spec.kind === "strings") return [];
  if (spec.kind === "pairs") return new Map();
  return spec.default;
}
