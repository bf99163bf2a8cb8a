// The trash-mailbox setting: one name, or none.

import { BadValue } from "./bad-value.ts";
import { mailboxPatterns } from "./mailbox-patterns.ts";

/** Raw octets, NUL for the hierarchy delimiter. Spaces need no quotes, since there is one name only. */
export function trashMailbox(text: string): string {
  if (text === "") return "";
  const names = text.startsWith('"') ? mailboxPatterns(text) : mailboxPatterns(`"${text}"`);
  const [name = ""] = names;
  const isOne = names.length === 1 && !/[*%]/.test(name) && !name.split("\0").includes("") && !/^inbox$/i.test(name);
  if (!isOne) throw new BadValue("the name of one mailbox, which is not INBOX, or nothing");
  return name;
}
