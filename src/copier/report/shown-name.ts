// Folder names in lines: as commands and options have them, so that they can be copied from there.

import { displayName } from "../../model/mailbox-name.ts";
import { printable } from "../../util/printable.ts";

/** `INBOX`, without what could steer a terminal. */
export function bareName(name: string): string {
  return printable(name);
}

/** `[INBOX]`, and what people read where that is something else: `[&ANY-] = [Ö]`. */
export function bracketed(name: string): string {
  const shown = bareName(name);
  const read = displayName(name);
  return read === shown ? `[${shown}]` : `[${shown}] = [${read}]`;
}
