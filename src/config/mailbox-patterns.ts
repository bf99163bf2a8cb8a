// The list-mailbox setting: patterns separated by spaces, in double quotes where needed, with C-style escapes there.

import { BadValue } from "./bad-value.ts";
import { mailboxText } from "./parse-text.ts";

/** Unlike in C, digits after \0 are text: "lists\02024" is the mailbox 2024 below lists. */
const escapes: Readonly<Record<string, string>> = {
  0: "\0",
  a: "\x07",
  b: "\b",
  t: "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  '"': '"',
  "\\": "\\",
};

/** Raw patterns for LIST, one character an octet, NUL for the hierarchy delimiter. */
export function mailboxPatterns(text: string): readonly string[] {
  const patterns: string[] = [];
  let rest = text;
  while (rest !== "") {
    const [whole, name] = rest.startsWith('"') ? quotedName(rest) : plainName(rest);
    patterns.push(name);
    rest = rest.slice(whole.length);
    if (rest !== "" && !/^[ \t]/.test(rest)) {
      throw new BadValue("a space between them", "a quoted name and another run together");
    }
    rest = rest.replace(/^[ \t]+/, "");
  }
  if (patterns.length === 0) throw new BadValue("at least one mailbox pattern, such as *");
  return patterns;
}

export type Name = readonly [asWritten: string, name: string];

function plainName(text: string): Name {
  const name = /^[^ \t"]+/.exec(text)?.[0] ?? "";
  if (name.includes("\\")) {
    throw new BadValue("double quotes around the name", "a backslash has no meaning outside double quotes");
  }
  return [name, mailboxText(name)];
}

/** What stands in double quotes at the beginning of the text. */
export function quotedName(text: string): Name {
  const [whole, inside] = /^"((?:[^"\\]|\\.)*)"/s.exec(text) ?? [];
  if (whole === undefined || inside === undefined) throw new BadValue('a closing "', "a quoted name is not closed");
  if (inside === "") throw new BadValue("a name between the quotes", "a quoted name is empty");
  return [whole, mailboxText(inside).replace(/\\(?:x[0-9a-fA-F]{2}|.)/gs, unescape)];
}

function unescape(escape: string): string {
  const code = escape.slice(1);
  if (/^x[89a-f]/i.test(code)) throw new BadValue("the character itself", `${escape} is outside ASCII`);
  if (/^x./.test(code)) return String.fromCharCode(parseInt(code.slice(1), 16));
  const plain = escapes[code];
  if (plain === undefined) {
    throw new BadValue('one of \\a \\b \\t \\n \\v \\f \\r \\" \\\\ \\0 \\xHH', `${escape} is an unknown escape`);
  }
  return plain;
}
