// What the table of options says of one.

/**
 * `flag`: given or not; `boolean`: `--x` and `--nox`; `strings`: may be given several times; `pairs`: `KEY=VALUE`, several times.
 */
export type OptionKind = "flag" | "boolean" | "string" | "integer" | "number" | "strings" | "pairs";

export const optionGroups = [
  "Accounts",
  "Transport",
  "Presets",
  "Folders",
  "Selection",
  "Identity",
  "Content",
  "Metadata",
  "Deletion",
  "Rates and limits",
  "Modes",
  "Output",
  "Process",
  "Debug",
] as const;

interface LiveSpec {
  readonly kind: OptionKind;
  readonly group: (typeof optionGroups)[number];
  /** As the help calls the value. */
  readonly value?: string;
  /** For the help: what it does, without a full stop. */
  readonly describe: string;
  readonly default?: boolean | number;
  /** What holds by default, where that is no plain value. */
  readonly absent?: string;
  /** A boolean for which it matters that nobody decided. */
  readonly mayBeOpen?: true;
  /** Never undefined, because it follows from other options: see resolve-options.ts. */
  readonly isImplied?: true;
  readonly aliases?: readonly string[];
  /** The only values there are. */
  readonly choices?: readonly string[];
}

/** Accepted, with one line that says that it does nothing. */
interface ObsoleteSpec {
  readonly kind: OptionKind;
  readonly group: "Obsolete";
  readonly aliases?: readonly string[];
  /** The original does this instead of copying. */
  readonly isAll?: true;
}

export type OptionSpec = LiveSpec | ObsoleteSpec;

/** The same for both hosts: NAME1 and NAME2. */
export function perHost<const Name extends string, const Spec extends OptionSpec>(
  name: Name,
  spec: Spec,
): { readonly [Each in `${Name}${1 | 2}`]: Spec } {
  return { [`${name}1`]: spec, [`${name}2`]: spec } as { readonly [Each in `${Name}${1 | 2}`]: Spec };
}
