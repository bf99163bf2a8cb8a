// What a table of settings says of each of them. Reading, defaults and manuals follow it.

export interface SettingRules {
  /** Throws BadValue. */
  readonly parse: (text: string) => unknown;
  /** What the parser is given when the setting is absent, as the manual shows it. */
  readonly default?: string;
  /** For the manual: what its absence means, where that is no fixed text. */
  readonly absent?: string;
  /** One sentence for the manual. */
  readonly doc: string;
  /** Its value names a file or folder, and may begin with `~/`. */
  readonly isPath?: true;
  /** Its value is never shown. */
  readonly secret?: true;
  /** Each line that sets it counts. */
  readonly repeatable?: true;
}

export type SettingTable = Readonly<Record<string, SettingRules>>;

export type NameIn<T extends SettingTable> = keyof T & string;

export type ParsedBy<T extends SettingTable, N extends NameIn<T>> = ReturnType<T[N]["parse"]>;

/** What reading a setting yields: undefined only if it has no default. */
export type ValueIn<T extends SettingTable, N extends NameIn<T>> = T[N] extends { readonly default: string }
  ? ParsedBy<T, N>
  : ParsedBy<T, N> | undefined;
