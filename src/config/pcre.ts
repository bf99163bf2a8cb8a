// Turns a Perl-compatible regular expression into a JavaScript one. What JavaScript would misread is rewritten or
// refused.

import { BadValue } from "./bad-value.ts";

/** The pieces that need a look: character class, escape, start of a group, possessive quantifier. */
const piece = new RegExp(
  [
    /\[\^?\]?(?:\\[^]|\[:\^?\w*:\]|[^\]\\])*\]/,
    /\\(?:x\{[^}]*\}|x[\dA-Fa-f]{0,2}|k<\w+>|c[A-Za-z]|[^])/,
    /\((?:\?(?:<[=!]|P?<|P?[^]?)|\*)/,
    /(?:[*+?]|\{\d+(?:,\d*)?\})\+/,
  ]
    .map((alternative) => alternative.source)
    .join("|"),
  "g",
);

/** Escapes with the same meaning in both: classes of characters, word boundaries, digits, punctuation. */
const sameEscape = /^\\(?:[dDwWsSbBtnrf]|k<\w+>|c[A-Za-z]|[^A-Za-z])$/;
/** Lookarounds stand in for the anchors, because the m flag changes what ^ and $ mean. */
const escapes: Readonly<Record<string, string>> = {
  "\\A": "(?<![^])",
  "\\z": "(?![^])",
  "\\Z": "(?=\\n?(?![^]))",
  "\\h": "[\\t\\x20\\xa0]",
  "\\H": "[^\\t\\x20\\xa0]",
  "\\a": "\\x07",
  "\\e": "\\x1b",
};
const classEscapes: Readonly<Record<string, string>> = { "\\h": "\\t\\x20\\xa0", "\\a": "\\x07", "\\e": "\\x1b" };
const sameGroup = /^\(\?(?:[:=!<]|<[=!])$/;

/** Throws BadValue naming the first construct that JavaScript lacks. Names are matched with NUL as their delimiter. */
export function pcre(text: string): RegExp {
  const flagGroups = /^(?:\(\?[ims]+\))*/.exec(text)?.[0] ?? "";
  const flags = ["i", "m", "s"].filter((flag) => flagGroups.includes(flag)).join("");
  const expression = text.slice(flagGroups.length);
  if (expression === "") throw new BadValue("a regular expression", "an empty one would ignore every mailbox");
  try {
    return new RegExp(expression.replace(piece, translate), flags);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const reason = error.message.replace(/^.*: /s, "").toLowerCase();
    throw new BadValue("a Perl-compatible regular expression", `the expression is malformed (${reason})`);
  }
}

function translate(text: string): string {
  if (text.startsWith("[")) return translateClass(text);
  if (text.startsWith("\\")) return translateEscape(text, escapes);
  if (text === "(?P<") return "(?<";
  return sameGroup.test(text) ? text : refuse(text);
}

/** To Perl, a ] right after the opening bracket is an ordinary character; to JavaScript it closes an empty class. */
function translateClass(text: string): string {
  const posix = /\[:\^?\w*:\]/.exec(text);
  if (posix !== null) return refuse(posix[0]);
  return text
    .replace(/\\(?:x\{[^}]*\}|x[\dA-Fa-f]{0,2}|[^])/g, (escape) => translateEscape(escape, classEscapes))
    .replace(/^(\[\^?)\]/, "$1\\]");
}

function translateEscape(escape: string, table: Readonly<Record<string, string>>): string {
  const hex = /^\\x(?:\{([\dA-Fa-f]{1,2})\}|([\dA-Fa-f]*))$/.exec(escape);
  if (hex !== null) return `\\x${(hex[1] ?? hex[2] ?? "").padStart(2, "0")}`;
  return sameEscape.test(escape) ? escape : (table[escape] ?? refuse(escape));
}

function refuse(construct: string): never {
  throw new BadValue("an expression without it", `"${construct}" is not supported in a regular expression here`);
}
