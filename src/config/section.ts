// One section of a file, read by a table of settings: the values that are set, and the defaults of the others.

import { nearest } from "../util/nearest.ts";
import { BadValue } from "./bad-value.ts";
import type { Complaint, Complaints } from "./config-error.ts";
import { withHome } from "./directories.ts";
import { type IniEntry, type IniSetting, noSetting } from "./ini-entries.ts";
import type { NameIn, ParsedBy, SettingTable, ValueIn } from "./setting.ts";

export interface Section<T extends SettingTable> {
  /** Of its header; undefined for the default section. */
  readonly line: number | undefined;
  /** The parsed value, for a server also that of the default section, or the parsed default. */
  get<N extends NameIn<T>>(name: N): ValueIn<T, N>;
  /** Of a repeatable setting, in file order. */
  all<N extends NameIn<T>>(name: N): readonly Placed<ParsedBy<T, N>>[];
  /** The section itself sets it. */
  isOwn(name: NameIn<T>): boolean;
  /** Where the file sets it, if it does. */
  lineOf(name: NameIn<T>): number | undefined;
}

interface Placed<T> {
  readonly line: number;
  readonly value: T;
}

/** What has been read of a section. */
export interface Slot {
  readonly line: number | undefined;
  /** The last of each name, and all of those that are repeatable. */
  readonly values: Map<string, readonly Placed<unknown>[]>;
}

export interface Reading {
  readonly file: string;
  /** Takes the complaints. A setting that is complained about counts as missing. */
  readonly complaints: Complaints;
  /** Where `~/` is. */
  readonly home: () => string;
}

/** Config::Tiny's name for what stands above the first section. */
export const topName = "_";

export function slot(line?: number): Slot {
  return { line, values: new Map() };
}

/** The settings that a later line of the same section sets again, and that line. The last one counts. */
export function repetitions(entries: readonly IniEntry[]): ReadonlyMap<IniSetting, number> {
  const latest = new Map<string, IniSetting>();
  const repeated = new Map<IniSetting, number>();
  let place = topName;
  for (const entry of entries) {
    if (entry.kind === "section") place = entry.name;
    if (entry.kind !== "setting") continue;
    const key = `${place}\0${entry.name}`;
    const earlier = latest.get(key);
    if (earlier !== undefined) repeated.set(earlier, entry.line);
    latest.set(key, entry);
  }
  return repeated;
}

/** Reads sections by the settings there are. */
export class SectionReader<T extends SettingTable> {
  readonly #table: T;
  readonly #manual: string;

  /** `manual` lists all settings, for instance `interimap(1)`. */
  constructor(table: T, manual: string) {
    this.#table = table;
    this.#manual = manual;
  }

  has(name: string): name is NameIn<T> {
    return Object.hasOwn(this.#table, name);
  }

  isRepeatable(name: NameIn<T>): boolean {
    return this.#table[name]?.repeatable === true;
  }

  read({ name, value, line }: IniSetting, { values }: Slot, { file, complaints, home }: Reading): void {
    if (!this.has(name)) {
      complaints.note(this.#unknown(file, line, name));
      return;
    }
    const { secret, isPath, parse } = this.#table[name]!;
    try {
      const placed = { line, value: parse(isPath ? withHome(value, home) : value) };
      values.set(name, this.isRepeatable(name) ? [...(values.get(name) ?? []), placed] : [placed]);
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      const problem = error.problem ?? (secret ? "bad value" : `bad value "${value}"`);
      complaints.note({ file, line, problem: `${name}: ${problem}`, expected: `expected ${error.expected}` });
    }
  }

  /** Settings that `own` lacks have the value of `fallback`. */
  section(own: Slot, fallback: Slot = own): Section<T> {
    const table = this.#table;
    const findAll = (name: string): readonly Placed<unknown>[] =>
      own.values.get(name) ?? fallback.values.get(name) ?? [];
    const find = (name: string): Placed<unknown> | undefined => findAll(name).at(-1);
    return {
      line: own.line,
      isOwn: (name) => own.values.has(name),
      lineOf: (name) => find(name)?.line,
      // As below.
      all: <N extends NameIn<T>>(name: N) => findAll(name) as readonly Placed<ParsedBy<T, N>>[],
      get<N extends NameIn<T>>(name: N): ValueIn<T, N> {
        const { default: byDefault, parse } = table[name]!;
        const value = find(name)?.value ?? (byDefault === undefined ? undefined : parse(byDefault));
        // The table's parser of this very name made the value.
        return value as ValueIn<T, N>;
      },
    };
  }

  #unknown(file: string, line: number, name: string): Complaint {
    if (!/^[a-z][\w-]*$/i.test(name)) {
      return { file, line, problem: noSetting.problem, expected: `expected ${noSetting.expected}` };
    }
    const known = nearest(name, Object.keys(this.#table));
    const expected = known === undefined ? `${this.#manual} lists all settings` : `did you mean "${known}"?`;
    return { file, line, problem: `unknown setting "${name}"`, expected };
  }
}
