// Octets of an INI file → its settings in file order, values verbatim. Knows the syntax, not the names.

import { isUtf8 } from "node:buffer";
import { parse } from "ini";

export interface IniSection {
  readonly kind: "section";
  readonly line: number;
  readonly name: string;
}

export interface IniSetting {
  readonly kind: "setting";
  readonly line: number;
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

/** Only full-line comments exist: a # or ; anywhere else belongs to the value. */
const comment = /^(?:[#;]|$)/;
/** Stricter than ini, to which `host;old = x` is `host`, `[local;x]` is `local` and `[__proto__]` is nothing. */
const section = /^\[[ \t]*[a-z][\w-]*[ \t]*\]$/i;
const setting = /^([a-z][\w-]*)[ \t]*=[ \t]*(.*)$/is;
/** All but the tab. None belongs into a value, and in a message they could play tricks with a terminal. */
const control = /[\0-\x08\x0a-\x1f\x7f-\x9f]/;

/** Lazy, so that whoever reads entry by entry meets the mistakes in the order of their lines. */
export function* iniEntries(octets: Buffer): Generator<IniEntry> {
  const text = octets.toString("latin1").replace(/^\xef\xbb\xbf/, "");
  for (const [index, octetLine] of text.split(/\r\n|\r|\n/).entries()) {
    // Not trim(): white space outside ASCII may be the end of a password.
    const trimmed = octetLine.replace(/^[ \t]+|[ \t]+$/g, "");
    if (!comment.test(trimmed)) yield readLine(Buffer.from(trimmed, "latin1"), index + 1);
  }
}

function readLine(octets: Buffer, line: number): IniEntry {
  // The line itself is never shown: it may be a mistyped password.
  if (!isUtf8(octets)) return junk(line, "the line is not UTF-8", "a text file in UTF-8");
  const text = octets.toString("utf8");
  if (control.test(text)) return junk(line, "the line holds a control character", "a text file");
  if (section.test(text)) {
    return { kind: "section", line, name: Object.keys(parse(text))[0] ?? "" };
  }
  const [, name, value] = setting.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    return junk(line, "this is no setting, section or comment", "NAME = VALUE, [SECTION] or # COMMENT");
  }
  return { kind: "setting", line, name, value: decode(name, value) };
}

/**
 * The value through ini, unharmed: it leaves only JSON strings alone, and loses the line when one holds a line
 * separator such as U+2028, so everything outside ASCII is escaped. Even a quoted "true", "false" or "null" comes back
 * as that constant, which String() undoes.
 */
function decode(name: string, value: string): string {
  const json = JSON.stringify(value).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return String(parse(`${name}=${json}`)[name]);
}

function junk(line: number, problem: string, expected: string): IniJunk {
  return { kind: "junk", line, problem, expected };
}
