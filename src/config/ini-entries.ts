// Reads the octets of an INI file into settings, in file order. Knows the syntax, which is that of the original
// program's parser, Config::Tiny, but no names. docs/adr/0016-ini.md says why no package does this.

import { isUtf8 } from "node:buffer";

export interface IniSection {
  readonly kind: "section";
  readonly line: number;
  readonly name: string;
}

export interface IniSetting {
  readonly kind: "setting";
  readonly line: number;
  /** Any text; it may be part of a mistyped password unless it is a word. */
  readonly name: string;
  readonly value: string;
}

export interface IniJunk {
  readonly kind: "junk";
  readonly line: number;
  readonly problem: string;
  /** Completes "expected …". */
  readonly expected: string;
}

export type IniEntry = IniSection | IniSetting | IniJunk;

/** What to say about a line that makes no sense. The line itself is never shown: see IniSetting.name. */
export const noSetting = {
  problem: "this is not a setting, section or comment",
  expected: "NAME = VALUE, [SECTION] or # COMMENT",
} as const;

// Not \s: white space outside ASCII may be the end of a password.
const comment = /^[\t\v\f ]*(?:[#;]|$)/;
/** At the end of a line: it has blanks on both sides of its semicolon and goes on after them. */
const endComment = /[\t\v\f ];[\t\v\f ].+$/;
const outerBlanks = /^[\t\v\f ]+|[\t\v\f ]+$/g;
const section = /^\[[\t ]*(.+?)[\t ]*\]$/;
const setting = /^([^=]+?)[\t ]*=[\t ]*(.*)$/s;
/** All but the tab. None belongs into a value, and in a message they could play tricks with a terminal. */
const control = /[\0-\x08\x0a-\x1f\x7f-\x9f]/;

/** Junk is an entry as well, so that readers meet mistakes in the order of their lines. */
export function iniEntries(octets: Buffer): readonly IniEntry[] {
  const text = octets.toString("latin1").replace(/^\xef\xbb\xbf/, "");
  return text
    .split(/\r{1,2}\n|\r|\n/)
    .flatMap((line, index) => (comment.test(line) ? [] : [readLine(line.replace(endComment, ""), index + 1)]));
}

function readLine(octetLine: string, line: number): IniEntry {
  const octets = Buffer.from(octetLine.replace(outerBlanks, ""), "latin1");
  if (!isUtf8(octets)) return junk(line, "the line is not UTF-8", "a text file in UTF-8");
  const text = octets.toString("utf8");
  if (control.test(text)) return junk(line, "the line holds a control character", "a text file");
  const header = section.exec(text)?.[1];
  if (header !== undefined) return { kind: "section", line, name: header };
  const [, name, value] = setting.exec(text) ?? [];
  if (name === undefined || value === undefined) return junk(line, noSetting.problem, noSetting.expected);
  return { kind: "setting", line, name, value };
}

function junk(line: number, problem: string, expected: string): IniJunk {
  return { kind: "junk", line, problem, expected };
}
