// Reads a file as Python's configparser does, which OfflineIMAP uses: values that go on in indented lines, and `%(name)s`.

import type { Notes } from "./imported.ts";

export interface PythonEntry {
  readonly line: number;
  readonly value: string;
}

/** Sections by name, entries by name in lower case. */
export type PythonIni = ReadonlyMap<string, ReadonlyMap<string, PythonEntry>>;

const commonSection = "DEFAULT";

export function pythonIni(text: string, notes: Notes): PythonIni {
  const raw = rawSections(text, notes);
  const common = raw.get(commonSection) ?? new Map<string, PythonEntry>();
  const ini = new Map<string, Map<string, PythonEntry>>();
  for (const [name, own] of raw) {
    if (name === commonSection) continue;
    const all = new Map([...common, ...own]);
    const entries = [...all].map(([key, { line, value }]) => {
      const filled = interpolated(value, all);
      if (filled === undefined) notes.add(line, `${key}: a % that stands alone; the value was taken as it is`);
      return [key, { line, value: filled ?? value }] as const;
    });
    ini.set(name, new Map(entries));
  }
  return ini;
}

function rawSections(text: string, notes: Notes): Map<string, Map<string, PythonEntry>> {
  const sections = new Map<string, Map<string, PythonEntry>>();
  let current: Map<string, PythonEntry> | undefined;
  let open: { readonly key: string; readonly indentation: number } | undefined;
  for (const [index, raw] of text
    .replace(/^\ufeff/, "")
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = index + 1;
    const value = raw.trim();
    if (value === "" || /^[#;]/.test(value)) continue;
    const indentation = raw.length - raw.trimStart().length;
    if (current !== undefined && open !== undefined && indentation > open.indentation) {
      const { key } = open;
      const before = current.get(key)!;
      current.set(key, { line: before.line, value: `${before.value}\n${value}`.trim() });
      continue;
    }
    const [, section] = /^\[(.+)\]/.exec(value) ?? [];
    const [, name, text] = /^(.*?)\s*[=:]\s*(.*)$/s.exec(value) ?? [];
    open = undefined;
    if (section !== undefined) {
      current = sections.get(section) ?? new Map<string, PythonEntry>();
      sections.set(section, current);
    } else if (name === undefined || text === undefined || current === undefined) {
      notes.add(line, "neither a section nor a setting, and so ignored");
    } else {
      const key = name.toLowerCase();
      current.set(key, { line, value: text });
      open = { key, indentation };
    }
  }
  return sections;
}

const deepest = 10;

/** Undefined: it cannot be done. */
function interpolated(value: string, entries: ReadonlyMap<string, PythonEntry>, depth = 0): string | undefined {
  let isWrong = depth > deepest;
  const filled = value.replace(/%(?:%|\(([^)]*)\)s)?/g, (found, name: string | undefined) => {
    if (found === "%%") return "%";
    const other = name === undefined ? undefined : entries.get(name.toLowerCase());
    const text = other === undefined || isWrong ? undefined : interpolated(other.value, entries, depth + 1);
    isWrong ||= text === undefined;
    return text ?? "";
  });
  return isWrong ? undefined : filled;
}
