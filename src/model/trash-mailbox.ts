// Where mailboxes are kept that were deleted on the other server.

import { isWithin } from "./mailbox-name.ts";

const belowInbox = "INBOX\0";

/** `trash` is a name of the program. Some servers have all mailboxes below INBOX, and take none beside it. */
export function isKept(name: string, trash: string): boolean {
  return isWithin(name, trash) || isWithin(name, belowInbox + trash);
}

/** The names that a mailbox may get, the best one first. */
export function* keptNames(name: string, trash: string): Generator<string, void, undefined> {
  const isBelow = name.startsWith(belowInbox);
  const [root, rest] = isBelow ? [belowInbox + trash, name.slice(belowInbox.length)] : [trash, name];
  const place = isBelow && trash.startsWith(belowInbox) ? trash : root;
  const first = `${place}\0${rest}`;
  yield first;
  for (let number = 2; number <= mostNames; number++) yield `${first} (${String(number)})`;
}

const mostNames = 1_000;
