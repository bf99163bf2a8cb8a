// The options of a run as values, by the names they have in the table.

import type { OptionKind, OptionSpec } from "./option-spec.ts";
import type { optionTable } from "./option-table.ts";

type Table = typeof optionTable;

export type OptionName = keyof Table;

type Value<Kind extends OptionKind> = {
  flag: boolean;
  boolean: boolean;
  string: string;
  integer: number;
  number: number;
  strings: readonly string[];
  pairs: ReadonlyMap<string, string>;
}[Kind];

/** Undefined: not given, and nothing holds by default. */
type Final<Spec extends OptionSpec> = Spec extends { readonly default: boolean | number } | { readonly isImplied: true }
  ? Value<Spec["kind"]>
  : Spec extends { readonly kind: "string" | "integer" | "number" } | { readonly mayBeOpen: true }
    ? Value<Spec["kind"]> | undefined
    : Value<Spec["kind"]>;

/** With presets and defaults that depend on other options filled in. */
export type Options = { readonly [Name in OptionName]: Final<Table[Name]> };

/** What the command line says, and nothing else. */
export type GivenOptions = { readonly [Name in OptionName]?: Value<Table[Name]["kind"]> };
