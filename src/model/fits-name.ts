// Expressions of the configuration about names of mailboxes.

import { decodeUtf7 } from "./mailbox-name.ts";

/**
 * Whether an expression fits a mailbox's name, which is the program's. One that has characters outside ASCII is about the name as
 * people read it, but with NUL between its levels.
 */
export function fitsName(expression: RegExp, name: string): boolean {
  const isAscii = /^[\0-\x7f]*$/.test(expression.source);
  return expression.test(isAscii ? name : name.split("\0").map(decodeUtf7).join("\0"));
}
