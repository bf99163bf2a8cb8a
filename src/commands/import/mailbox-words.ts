// Names and patterns of mailboxes, as the settings list-mailbox, ignore-mailbox and map-mailbox have them.

import { decodeUtf7, encodeUtf7 } from "../../model/mailbox-name.ts";

/** `name`: with `/` between its levels. Without quotes where it needs none. */
export function mailboxWord(name: string): string {
  const text = inUtf7(name);
  if (/^[^\s"\\/=]+$/.test(text)) return text;
  return `"${text.replace(/["\\]/g, "\\$&").replaceAll("/", "\\x00")}"`;
}

/** Other programs have names as servers write them. Some people write them as they read them. */
function inUtf7(name: string): string {
  return /^[\x20-\x7e]*$/.test(name) && encodeUtf7(decodeUtf7(name)) === name ? name : encodeUtf7(name);
}

/** A regular expression of one pattern, for a name with NUL between its levels; `*` and `%` as in IMAP. */
export function patternExpression(pattern: string): string {
  return inUtf7(pattern).replace(/[*%/]|[.+?^${}()|[\]\\]/g, (character) => {
    if (character === "*") return ".*";
    if (character === "%") return String.raw`[^\x00]*`;
    return character === "/" ? String.raw`\x00` : `\\${character}`;
  });
}

/** The value of ignore-mailbox that leaves out those, but not these. */
export function ignoring(expressions: readonly string[], except: readonly string[] = []): string {
  const kept = except.length === 0 ? "" : `(?!(?:${except.join("|")})$)`;
  return `^${kept}(?:${expressions.join("|")})$`;
}
