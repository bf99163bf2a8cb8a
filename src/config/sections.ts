// Checks the file's entries against the table of settings, and sorts them into sections. What the original program read
// without complaint is read here too, with a warning where it may not mean what it seems to.

import { type Side, sides } from "../model/side.ts";
import { nearest } from "../util/nearest.ts";
import { BadValue } from "./bad-value.ts";
import type { Complaint, Complaints } from "./config-error.ts";
import { withHome } from "./directories.ts";
import { iniEntries, type IniEntry, type IniSection, type IniSetting, noSetting } from "./ini-entries.ts";
import {
  formerNames,
  isSettingName,
  type Setting,
  type SettingName,
  settingNames,
  settings,
  type SettingValue,
} from "./settings.ts";

export interface Section {
  /** Of its header; undefined for the default section. */
  readonly line: number | undefined;
  /** The parsed value, for a server also that of the default section, or the parsed default. */
  get<N extends SettingName>(name: N): SettingValue<N>;
  /** Of a repeatable setting, in file order. */
  all<N extends SettingName>(name: N): readonly Placed<ReturnType<(typeof settings)[N]["parse"]>>[];
  /** The section itself sets it. */
  isOwn(name: SettingName): boolean;
  /** Where the file sets it, if it does. */
  lineOf(name: SettingName): number | undefined;
}

interface Placed<T> {
  readonly line: number;
  readonly value: T;
}

export interface Sections {
  readonly top: Section;
  readonly local: Section | undefined;
  readonly remote: Section | undefined;
  /** Sections of other names, which are not looked into. */
  readonly unknown: readonly IniSection[];
  /** One line each. */
  readonly warnings: readonly string[];
}

interface Slot {
  readonly name: "default" | Side;
  readonly line: number | undefined;
  /** The last of each name, and all of those that are repeatable. */
  readonly values: Map<SettingName, readonly Placed<unknown>[]>;
}

export interface Reading {
  readonly file: string;
  /** Takes the complaints. A setting that is complained about counts as missing. */
  readonly complaints: Complaints;
  /** Where `~/` is. */
  readonly home: () => string;
}

export function readSections(octets: Buffer, reading: Reading): Sections {
  const { file, complaints } = reading;
  const entries = iniEntries(octets).map(withPresentName);
  const later = repetitions(entries);
  const top = slot("default", undefined);
  const servers: Partial<Record<Side, Slot>> = {};
  const unknown: IniSection[] = [];
  const warnings: string[] = [];
  let current: Slot | undefined = top;
  for (const entry of entries) {
    const { line } = entry;
    if (entry.kind === "junk") {
      complaints.note({ file, line, problem: entry.problem, expected: `expected ${entry.expected}` });
    } else if (entry.kind === "section") {
      const side = sides.find((candidate) => candidate === entry.name);
      if (side !== undefined) current = servers[side] ??= slot(side, line);
      else if (entry.name === topName) current = top;
      else {
        current = undefined;
        unknown.push(entry);
        warnings.push(`${file}:${line}: the section [${entry.name}] is neither [local] nor [remote] and is ignored`);
      }
    } else if (current !== undefined) {
      const reason = uselessness(entry, current, later.get(entry));
      if (reason === undefined) readSetting(reading, entry, current);
      else warnings.push(`${file}:${line}: "${entry.name}" has no effect ${reason}`);
    }
  }
  const server = (side: Side): Section | undefined => servers[side] && section(servers[side], top);
  return { top: section(top), local: server("local"), remote: server("remote"), unknown, warnings };
}

function withPresentName(entry: IniEntry): IniEntry {
  const name = entry.kind === "setting" ? formerNames.get(entry.name) : undefined;
  return name === undefined ? entry : { ...(entry as IniSetting), name };
}

/** Config::Tiny's name for what stands above the first section. */
const topName = "_";

function slot(name: Slot["name"], line: number | undefined): Slot {
  return { name, line, values: new Map() };
}

/** The settings that a later line of the same section sets again, and that line. The last one counts. */
function repetitions(entries: readonly IniEntry[]): ReadonlyMap<IniSetting, number> {
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

/** Completes "has no effect …"; undefined for what has one, and for what has to be complained about. */
function uselessness({ name }: IniSetting, place: Slot, repeatedIn: number | undefined): string | undefined {
  if (!isSettingName(name)) return undefined;
  const isElsewhere = place.name !== "default" && settings[name].section === "default";
  if (isElsewhere) return `in [${place.name}]: it belongs above the first section`;
  return repeatedIn === undefined || isRepeatable(name) ? undefined : `here: line ${repeatedIn} sets it again`;
}

function readSetting({ file, complaints, home }: Reading, { name, value, line }: IniSetting, { values }: Slot): void {
  if (!isSettingName(name)) {
    complaints.note(unknownSetting(file, line, name));
    return;
  }
  const { secret, isPath }: Setting = settings[name];
  try {
    const placed = { line, value: settings[name].parse(isPath ? withHome(value, home) : value) };
    values.set(name, isRepeatable(name) ? [...(values.get(name) ?? []), placed] : [placed]);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    const problem = error.problem ?? (secret ? "bad value" : `bad value "${value}"`);
    complaints.note({ file, line, problem: `${name}: ${problem}`, expected: `expected ${error.expected}` });
  }
}

function isRepeatable(name: SettingName): boolean {
  const { repeatable }: Setting = settings[name];
  return repeatable === true;
}

function unknownSetting(file: string, line: number, name: string): Complaint {
  if (!/^[a-z][\w-]*$/i.test(name)) {
    return { file, line, problem: noSetting.problem, expected: `expected ${noSetting.expected}` };
  }
  const known = nearest(name, settingNames);
  const expected = known === undefined ? "interimap(1) lists all settings" : `did you mean "${known}"?`;
  return { file, line, problem: `unknown setting "${name}"`, expected };
}

function section(own: Slot, fallback: Slot = own): Section {
  const findAll = (name: SettingName): readonly Placed<unknown>[] =>
    own.values.get(name) ?? fallback.values.get(name) ?? [];
  const find = (name: SettingName): Placed<unknown> | undefined => findAll(name).at(-1);
  return {
    line: own.line,
    isOwn: (name) => own.values.has(name),
    lineOf: (name) => find(name)?.line,
    // As below.
    all: <N extends SettingName>(name: N) =>
      findAll(name) as readonly Placed<ReturnType<(typeof settings)[N]["parse"]>>[],
    get<N extends SettingName>(name: N): SettingValue<N> {
      const setting: Setting = settings[name];
      const value = find(name)?.value ?? (setting.default === undefined ? undefined : setting.parse(setting.default));
      // The table's parser of this very name made the value.
      return value as SettingValue<N>;
    },
  };
}
