// Checks the file's entries against the table of settings, and sorts them into sections. What the original program read
// without complaint is read here too, with a warning where it may not mean what it seems to.

import { type Side, sides } from "../model/side.ts";
import { iniEntries, type IniEntry, type IniSection, type IniSetting } from "./ini-entries.ts";
import {
  type Reading,
  repetitions,
  type Section as SectionOf,
  SectionReader,
  type Slot as AnySlot,
  slot,
  topName,
} from "./section.ts";
import { formerNames, settings } from "./settings.ts";

export type Section = SectionOf<typeof settings>;

export interface Sections {
  readonly top: Section;
  readonly local: Section | undefined;
  readonly remote: Section | undefined;
  /** Sections of other names, which are not looked into. */
  readonly unknown: readonly IniSection[];
  /** One line each. */
  readonly warnings: readonly string[];
}

interface Slot extends AnySlot {
  readonly name: "default" | Side;
}

const reader = new SectionReader(settings, "interimap(1)");

export function readSections(octets: Buffer, reading: Reading): Sections {
  const { file, complaints } = reading;
  const entries = iniEntries(octets).map(withPresentName);
  const later = repetitions(entries);
  const top: Slot = { name: "default", ...slot() };
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
      if (side !== undefined) current = servers[side] ??= { name: side, ...slot(line) };
      else if (entry.name === topName) current = top;
      else {
        current = undefined;
        unknown.push(entry);
        warnings.push(`${file}:${line}: the section [${entry.name}] is neither [local] nor [remote] and is ignored`);
      }
    } else if (current !== undefined) {
      const reason = uselessness(entry, current, later.get(entry));
      if (reason === undefined) reader.read(entry, current, reading);
      else warnings.push(`${file}:${line}: "${entry.name}" has no effect ${reason}`);
    }
  }
  const server = (side: Side): Section | undefined => servers[side] && reader.section(servers[side], top);
  return { top: reader.section(top), local: server("local"), remote: server("remote"), unknown, warnings };
}

function withPresentName(entry: IniEntry): IniEntry {
  const name = entry.kind === "setting" ? formerNames.get(entry.name) : undefined;
  return name === undefined ? entry : { ...(entry as IniSetting), name };
}

/** Completes "has no effect …"; undefined for what has one, and for what has to be complained about. */
function uselessness({ name }: IniSetting, place: Slot, repeatedIn: number | undefined): string | undefined {
  if (!reader.has(name)) return undefined;
  const isElsewhere = place.name !== "default" && settings[name].section === "default";
  if (isElsewhere) return `in [${place.name}]: it belongs above the first section`;
  return repeatedIn === undefined || reader.isRepeatable(name) ? undefined : `here: line ${repeatedIn} sets it again`;
}
