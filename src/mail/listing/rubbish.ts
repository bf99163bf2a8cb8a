// The mailboxes that people empty without a second thought: their messages have been deleted once already.

import { isInbox } from "../../model/mailbox-name.ts";

/** RFC 6154 */
const specialUses = new Set(["\\trash", "\\junk"]);
/** The usual names in programs that know no special uses. */
const names = /^(?:trash|junk|junk e-?mail|spam|bulk mail|bin|deleted|deleted items|deleted messages)$/iu;

/** `name` is the program's. INBOX is never rubbish, whatever a server says. */
export function isRubbish(name: string, attributes: readonly string[]): boolean {
  if (isInbox(name)) return false;
  const last = name.slice(name.lastIndexOf("\0") + 1);
  return names.test(last) || attributes.some((attribute) => specialUses.has(attribute.toLowerCase()));
}
