// The file's entries, checked against the table of settings and sorted into sections.

import type { Side } from "../model/side.ts";
import { BadValue } from "./bad-value.ts";
import { configInvalid } from "./config-error.ts";
import { iniEntries, type IniSetting } from "./ini-entries.ts";
import {
  isSettingName,
  settingNames,
  settings,
  type Setting,
  type SettingName,
  type SettingValue,
} from "./settings.ts";
import { nearest } from "./suggestion.ts";

export interface Section {
  /** Of its header; undefined for the default section. */
  readonly line: number | undefined;
  /** The parsed value, or the parsed default. */
  get<N extends SettingName>(name: N): SettingValue<N>;
  /** Where the file sets it, if it does. */
  lineOf(name: SettingName): number | undefined;
}

export interface Sections {
  readonly top: Section;
  readonly local: Section | undefined;
  readonly remote: Section | undefined;
}

interface Slot {
  readonly name: "default" | Side;
  readonly line: number | undefined;
  readonly values: Map<SettingName, { readonly line: number; readonly value: unknown }>;
}

/** Throws CONFIG_INVALID for the first line that is wrong. */
export function readSections(file: string, octets: Buffer): Sections {
  const top = slot("default", undefined);
  const servers: Partial<Record<Side, Slot>> = {};
  let current = top;
  for (const entry of iniEntries(octets)) {
    const { line } = entry;
    if (entry.kind === "junk") {
      throw configInvalid({ file, line, problem: entry.problem, expected: `expected ${entry.expected}` });
    } else if (entry.kind === "setting") {
      readSetting(file, entry, current);
    } else if (entry.name === "local" || entry.name === "remote") {
      current = servers[entry.name] ??= slot(entry.name, line);
    } else {
      const problem = `unknown section [${entry.name}]`;
      throw configInvalid({ file, line, problem, expected: "expected [local] or [remote]" });
    }
  }
  return {
    top: section(top),
    local: servers.local && section(servers.local),
    remote: servers.remote && section(servers.remote),
  };
}

function slot(name: Slot["name"], line: number | undefined): Slot {
  return { name, line, values: new Map() };
}

function readSetting(file: string, { name, value, line }: IniSetting, { name: sectionName, values }: Slot): void {
  if (!isSettingName(name)) {
    const known = nearest(name, settingNames);
    const expected = known === undefined ? "expected one that interimap(1) lists" : `did you mean "${known}"?`;
    throw configInvalid({ file, line, problem: `unknown setting "${name}"`, expected });
  }
  const isTop = sectionName === "default";
  if ((settings[name].section === "default") !== isTop) {
    const problem = `"${name}" does not belong ${isTop ? "above the first section" : `in [${sectionName}]`}`;
    const expected = `expected it ${isTop ? "in [local] or [remote]" : "above the first section"}`;
    throw configInvalid({ file, line, problem, expected });
  }
  const earlier = values.get(name);
  if (earlier !== undefined) {
    const problem = `"${name}" is set a second time`;
    throw configInvalid({ file, line, problem, expected: `expected only line ${earlier.line} to set it` });
  }
  try {
    values.set(name, { line, value: settings[name].parse(value) });
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    const { secret }: Setting = settings[name];
    const problem = error.problem ?? (secret ? "bad value" : `bad value "${value}"`);
    throw configInvalid({ file, line, problem: `${name}: ${problem}`, expected: `expected ${error.expected}` });
  }
}

function section({ line, values }: Slot): Section {
  return {
    line,
    lineOf: (name) => values.get(name)?.line,
    get<N extends SettingName>(name: N): SettingValue<N> {
      const setting: Setting = settings[name];
      const value =
        values.get(name)?.value ?? (setting.default === undefined ? undefined : setting.parse(setting.default));
      // The table's parser of this very name made the value.
      return value as SettingValue<N>;
    },
  };
}
