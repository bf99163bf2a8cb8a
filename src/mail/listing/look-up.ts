// Looks mailboxes up by name; wildcards are plain characters.

import { maxSetOctets } from "../../imap/limits.ts";
import { lineUnreadable } from "../../imap/mailbox/unreadable.ts";
import type { Session } from "../../imap/session/session.ts";
import { InterimapError } from "../../model/errors.ts";
import { isWithin, type Naming, toWire } from "../../model/mailbox-name.ts";
import { allDone } from "../../util/all-done.ts";
import { canonicalLevels } from "./inbox-levels.ts";
import { type ListedMailbox, type Listing, listMailboxes } from "./list-mailboxes.ts";

export interface LookUp {
  readonly naming: Naming;
  readonly names: readonly string[];
  /** Also all that is below them. */
  readonly below?: boolean;
  /** RFC 5258 3.1; with SUBSCRIBED, also names that are subscribed and do not exist. */
  readonly selectOptions?: readonly string[];
}

/**
 * Those of these mailboxes that a server lists.
 * @throws InterimapError MAILBOX_PROTOCOL if there may be more than can be read.
 */
export async function lookUp(session: Session, query: LookUp): Promise<ReadonlyMap<string, ListedMailbox>> {
  const { mailboxes, unreadable } = await lookUpListing(session, query);
  const [odd] = unreadable;
  if (odd !== undefined) throw lineUnreadable(odd.line, session.side);
  return mailboxes;
}

/** As {@link lookUp}, for callers that do not need all of them. */
export async function lookUpListing(
  session: Session,
  { naming, names, below = false, selectOptions = [] }: LookUp,
): Promise<Pick<Listing, "mailboxes" | "unreadable">> {
  const patterns = names.flatMap((name) => patternsFor(name, naming, below));
  const listings = await allDone(
    groupsBelow(patterns, maxSetOctets).map((group) =>
      listMailboxes(session, { selectOptions, ...naming, patterns: group }),
    ),
  );
  // A wildcard in a name matches itself, but also other names.
  const wanted = new Set(names);
  const isMeant = (name: string): boolean => wanted.has(name) || (below && names.some((one) => isWithin(name, one)));
  const there = new Map(listings.flatMap(({ mailboxes }) => [...mailboxes]));
  const asMeant = (name: string): string => {
    const canonical = canonicalLevels(name);
    return isMeant(name) || there.has(canonical) || !isMeant(canonical) ? name : canonical;
  };
  return {
    mailboxes: new Map(
      [...there].map(([name, mailbox]) => [asMeant(name), mailbox] as const).filter(([name]) => isMeant(name)),
    ),
    // Whatever such a line seems to name, it answers our question.
    unreadable: listings.flatMap(({ unreadable }) => unreadable),
  };
}

function patternsFor(name: string, naming: Naming, below: boolean): string[] {
  const { pairs = [] } = naming;
  const roots = below ? pairs.filter(({ ours }) => ours.startsWith(`${name}\0`)).map(({ ours }) => ours) : [];
  return [name, ...roots].flatMap((root) => patternsAt(root, naming, below));
}

/** None for a name that cannot exist there. */
function patternsAt(name: string, naming: Naming, below: boolean): string[] {
  try {
    const exact = toWire(name, naming).slice(naming.reference.length);
    // A server may spell the first level differently.
    const pattern = name.startsWith("INBOX\0") ? exact.replace(/^INBOX/, "%") : exact;
    return below && naming.delimiter !== null ? [pattern, `${pattern}${naming.delimiter}*`] : [pattern];
  } catch (error) {
    if (error instanceof InterimapError && error.code === "MAILBOX_NAME") return [];
    throw error;
  }
}

/** Cuts a list into groups that fit on a command line, quotes and spaces included. */
function groupsBelow(patterns: readonly string[], octets: number): string[][] {
  const groups: string[][] = [];
  let room = 0;
  for (const pattern of patterns) {
    const length = 2 * pattern.length + 3;
    if (length > room) {
      groups.push([]);
      room = octets;
    }
    groups.at(-1)?.push(pattern);
    room -= length;
  }
  return groups;
}
