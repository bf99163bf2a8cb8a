// The map-mailbox setting: what a mailbox is called on the local server, and on the remote one.

import { canonicalName } from "../model/mailbox-name.ts";
import type { WrittenPair } from "../model/name-pairs.ts";
import { BadValue } from "./bad-value.ts";
import { type Name, quotedName } from "./mailbox-patterns.ts";
import { mailboxText } from "./parse-text.ts";

/** `LOCAL = REMOTE`, each in double quotes or not; both with NUL for the hierarchy delimiter, or as the servers write them. */
export function mappedNames(text: string): WrittenPair {
  const [local, rest] = name(text);
  if (!rest.startsWith("=")) throw new BadValue("LOCAL = REMOTE, two names of one mailbox");
  const [remote, more] = name(rest.slice(1).replace(/^[ \t]+/, ""));
  if (more !== "")
    throw new BadValue("LOCAL = REMOTE", "it has more than two names; one that holds = needs double quotes");
  return { local: canonicalName(local), remote: canonicalName(remote) };
}

/** The first name, and what follows it. */
function name(text: string): readonly [name: string, rest: string] {
  const [whole, found] = text.startsWith('"') ? quotedName(text) : unquotedName(text);
  if (/[*%]/.test(found)) throw new BadValue("a name without * and %", "mailboxes below it go along by themselves");
  return [found, text.slice(whole.length).replace(/^[ \t]+/, "")];
}

/** Unlike in a list of names, it may hold spaces. */
function unquotedName(text: string): Name {
  const whole = /^[^="]*/.exec(text)?.[0] ?? "";
  const found = whole.trim();
  if (found === "") throw new BadValue("LOCAL = REMOTE, two names of one mailbox");
  if (found.includes("\\"))
    throw new BadValue("double quotes around the name", "a backslash has no meaning outside double quotes");
  return [whole, mailboxText(found)];
}
