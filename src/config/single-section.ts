// A file that has settings and no sections.

import { iniEntries } from "./ini-entries.ts";
import { type Reading, repetitions, type Section, type SectionReader, slot, topName } from "./section.ts";
import type { SettingTable } from "./setting.ts";

export interface SingleSection<T extends SettingTable> {
  readonly section: Section<T>;
  /** One line each. */
  readonly warnings: readonly string[];
}

export function readSingleSection<T extends SettingTable>(
  octets: Buffer,
  reader: SectionReader<T>,
  reading: Reading,
): SingleSection<T> {
  const { file, complaints } = reading;
  const entries = iniEntries(octets);
  const later = repetitions(entries);
  const all = slot();
  const warnings: string[] = [];
  for (const entry of entries) {
    const { line } = entry;
    if (entry.kind === "junk") {
      complaints.note({ file, line, problem: entry.problem, expected: `expected ${entry.expected}` });
    } else if (entry.kind === "section") {
      if (entry.name !== topName)
        complaints.note({ file, line, problem: `unknown section [${entry.name}]`, expected: "expected settings only" });
    } else {
      const again = later.get(entry);
      if (again === undefined || !reader.has(entry.name) || reader.isRepeatable(entry.name))
        reader.read(entry, all, reading);
      else warnings.push(`${file}:${line}: "${entry.name}" has no effect here: line ${again} sets it again`);
    }
  }
  return { section: reader.section(all), warnings };
}
