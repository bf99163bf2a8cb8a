// The initial LIST on both servers: patterns translated to each one's hierarchy delimiter, and whatever only one of them
// listed looked up on the other.

import { listDelimiter } from "../imap/commands/list.ts";
import type { Session } from "../imap/session.ts";
import { maxSetOctets } from "../imap/limits.ts";
import { allDone } from "../model/all-done.ts";
import { InterimapError } from "../model/errors.ts";
import { toWire, type Naming } from "../model/mailbox-name.ts";
import { bothSides, otherSide, perSide, type PerSide } from "../model/side.ts";
import { listMailboxes, type Listing } from "./mailbox-listing.ts";

export interface ListingQuery {
  readonly references: PerSide<string>;
  /** NUL, or the local server's delimiter, stands for the hierarchy delimiter. */
  readonly patterns: readonly string[];
  /** RFC 5258 3.1, e.g. SUBSCRIBED. */
  readonly selectOptions: readonly string[];
}

export async function listBoth(sessions: PerSide<Session>, query: ListingQuery): Promise<PerSide<Listing>> {
  const { references, selectOptions } = query;
  const asked = query.patterns.map(inServersCase);
  const patterns = asked.some(mayHoldDelimiter)
    ? translate(asked, await bothSides((side) => listDelimiter(sessions[side], references[side])))
    : perSide(() => asked);
  const listings = await bothSides((side) =>
    listMailboxes(sessions[side], { selectOptions, reference: references[side], patterns: patterns[side] }),
  );
  return selectOptions.length === 0 ? listings : completed(sessions, listings);
}

/** RFC 3501 6.3.8: servers need not list INBOX for `inbox`, although it is its name (5.1). */
function inServersCase(pattern: string): string {
  return pattern.toUpperCase() === "INBOX" ? "INBOX" : pattern;
}

function mayHoldDelimiter(pattern: string): boolean {
  return !/^[A-Za-z0-9*%]*$/u.test(pattern);
}

function translate(patterns: readonly string[], delimiters: PerSide<string | null>): PerSide<readonly string[]> {
  const { local } = delimiters;
  const neutral = local === null ? patterns : patterns.map((pattern) => pattern.replaceAll(local, "\0"));
  return perSide((side) => neutral.map((pattern) => pattern.replaceAll("\0", delimiters[side] ?? "")));
}

/** Select options such as SUBSCRIBED hide mailboxes that exist: those the other side listed are asked for by name. */
async function completed(sessions: PerSide<Session>, listings: PerSide<Listing>): Promise<PerSide<Listing>> {
  return bothSides(async (side) => {
    const { naming, mailboxes } = listings[side];
    const missing = [...listings[otherSide(side)].mailboxes.keys()].filter((name) => !mailboxes.has(name));
    if (missing.length === 0) return listings[side];
    const patterns = missing.flatMap((name) => patternFor(name, naming));
    const found = await allDone(
      groupsBelow(patterns, maxSetOctets).map((group) =>
        listMailboxes(sessions[side], { selectOptions: [], reference: naming.reference, patterns: group }),
      ),
    );
    const wanted = new Set(missing);
    const listed = found.flatMap((listing) => [...listing.mailboxes]).filter(([name]) => wanted.has(name));
    return { naming, mailboxes: new Map([...mailboxes, ...listed]) };
  });
}

/** None for a name that cannot exist there; creating it will say so. */
function patternFor(name: string, naming: Naming): string[] {
  try {
    return [toWire(name, naming).slice(naming.reference.length)];
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
