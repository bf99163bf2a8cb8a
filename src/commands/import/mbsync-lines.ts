// Reads the lines of an mbsyncrc, as mbsync(1) has them: sections that an empty line ends, and global options between them.

import type { Notes } from "./imported.ts";

export interface MbsyncEntry {
  readonly line: number;
  /** As it is written. */
  readonly keyword: string;
  readonly words: readonly string[];
}

export type MbsyncKind = "imapaccount" | "imapstore" | "maildirstore" | "channel" | "group";

export interface MbsyncSection {
  readonly kind: MbsyncKind;
  readonly name: string;
  readonly line: number;
  /** Behind its name: channels of a group. */
  readonly words: readonly string[];
  readonly entries: readonly MbsyncEntry[];
  /** What was set above it, outside of sections. */
  readonly globals: readonly MbsyncEntry[];
}

const kinds: readonly MbsyncKind[] = ["imapaccount", "imapstore", "maildirstore", "channel", "group"];

export function mbsyncSections(text: string, notes: Notes): readonly MbsyncSection[] {
  const sections: (MbsyncSection & { readonly entries: MbsyncEntry[] })[] = [];
  const globals: MbsyncEntry[] = [];
  let current: { readonly entries: MbsyncEntry[] } | undefined;
  for (const [index, raw] of text
    .replace(/^\ufeff/, "")
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = index + 1;
    if (/^\s*#/.test(raw)) continue;
    const words = wordsOf(raw);
    if (words === undefined) notes.add(line, "a quote or a backslash is not closed, so the line was ignored");
    const [keyword, ...values] = words ?? ["?"];
    if (keyword === undefined) current = undefined;
    if (keyword === undefined || words === undefined) continue;
    if (/^include(?:cmd)?$/i.test(keyword)) {
      notes.add(line, `${keyword} was not taken over: put the lines that it stands for in its place, and import again`);
      continue;
    }
    const kind = kinds.find((one) => one === keyword.toLowerCase());
    if (kind !== undefined) {
      const [name = "", ...more] = values;
      const section = { kind, name, line, words: more, entries: [], globals: [...globals] };
      sections.push(section);
      current = section;
    } else (current?.entries ?? globals).push({ line, keyword, words: values });
  }
  return sections;
}

/** Undefined: a quote is not closed. Empty: a line that ends a section. */
function wordsOf(raw: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let isQuoted = false;
  for (let at = 0; at < raw.length; at++) {
    const character = raw[at]!;
    if (character === "\\") {
      word = (word ?? "") + (raw[++at] ?? "");
      if (at >= raw.length) return undefined;
    } else if (character === '"') {
      isQuoted = !isQuoted;
      word ??= "";
    } else if (!isQuoted && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (word === undefined && character === "#") break;
    else word = (word ?? "") + character;
  }
  if (isQuoted) return undefined;
  return word === undefined ? words : [...words, word];
}

/** What holds for a section: its own, else what is global. The last one counts. Keywords have no case. */
export class MbsyncOptions {
  readonly #entries: readonly MbsyncEntry[];
  readonly #globals: readonly MbsyncEntry[];

  constructor({ entries, globals }: MbsyncSection) {
    this.#entries = entries;
    this.#globals = globals;
  }

  /** Of its own. */
  get entries(): readonly MbsyncEntry[] {
    return this.#entries;
  }

  all(...keywords: readonly string[]): readonly MbsyncEntry[] {
    const isMeant = ({ keyword }: MbsyncEntry): boolean => keywords.includes(keyword.toLowerCase());
    const own = this.#entries.filter(isMeant);
    return own.length > 0 ? own : this.#globals.filter(isMeant);
  }

  last(...keywords: readonly string[]): MbsyncEntry | undefined {
    return this.all(...keywords).at(-1);
  }

  /** Its first word. */
  value(...keywords: readonly string[]): string | undefined {
    return this.last(...keywords)?.words[0];
  }
}
