// The initial LIST on both servers: patterns translated to each one's hierarchy delimiter, and whatever only one of them
// listed looked up on the other.

import type { Session } from "../../imap/session/session.ts";
import { listDelimiter } from "../../imap/verbs/list.ts";
import { readings } from "../../model/given-name.ts";
import { listPatterns, type MayMatch } from "../../model/list-patterns.ts";
import { canonicalName, type Naming } from "../../model/mailbox-name.ts";
import { bothSides, type PerSide, perSide, sides } from "../../model/side.ts";
import { type Listing, listMailboxes } from "./list-mailboxes.ts";
import { lookUpListing } from "./look-up.ts";

export interface ListingQuery {
  readonly references: PerSide<string>;
  /** NUL, or the local server's delimiter, stands for the hierarchy delimiter. */
  readonly patterns: readonly string[];
  /** They are what somebody typed, perhaps as lines show them: UTF-8, and `/` for the delimiter. */
  readonly isTyped?: boolean;
  /** RFC 5258 3.1, e.g. SUBSCRIBED. */
  readonly selectOptions: readonly string[];
}

export async function listBoth(sessions: PerSide<Session>, query: ListingQuery): Promise<PerSide<Listing>> {
  const { references, selectOptions } = query;
  // RFC 3501 6.3.8: servers need not list INBOX for `inbox`, although it is its name (5.1).
  const asked = query.patterns.map(canonicalName);
  const patterns = asked.some(mayHoldDelimiter)
    ? translate(
        { ...query, patterns: asked },
        await bothSides((side) => listDelimiter(sessions[side], references[side])),
      )
    : perSide(() => asked);
  const listings = await bothSides((side) =>
    listMailboxes(sessions[side], { selectOptions, reference: references[side], patterns: patterns[side] }),
  );
  const isWhole = selectOptions.length === 0 && sides.every((side) => areAllStatesTold(listings[side]));
  return isWhole ? listings : completed(sessions, listings);
}

/** What is known by its numbers must not be taken for another one because they were left out. */
function areAllStatesTold({ mailboxes }: Listing): boolean {
  return [...mailboxes.values()].every(({ exists, state }) => !exists || state !== undefined);
}

/** Which names on the wire may be listed, on each side. */
export function listedNames(query: ListingQuery, namings: PerSide<Naming>): PerSide<MayMatch> {
  const patterns = translate(
    { ...query, patterns: query.patterns.map(canonicalName) },
    perSide((side) => namings[side].delimiter),
  );
  return perSide((side) => listPatterns({ reference: query.references[side], patterns: patterns[side] }));
}

function mayHoldDelimiter(pattern: string): boolean {
  return !/^[A-Za-z0-9*%]*$/u.test(pattern);
}

function translate(
  { patterns, isTyped = false }: Pick<ListingQuery, "patterns" | "isTyped">,
  delimiters: PerSide<string | null>,
): PerSide<readonly string[]> {
  const { local } = delimiters;
  const neutral = patterns.flatMap((pattern) =>
    isTyped ? readings(pattern, local) : [local === null ? pattern : pattern.replaceAll(local, "\0")],
  );
  return perSide((side) => neutral.flatMap((pattern) => patternOn(delimiters[side], pattern)));
}

/** None where no name can match: the server would take its own delimiter for a level that nobody asked for. */
function patternOn(delimiter: string | null, pattern: string): string[] {
  if (delimiter === null) return pattern.includes("\0") ? [] : [pattern];
  return pattern.includes(delimiter) ? [] : [pattern.replaceAll("\0", delimiter)];
}

/**
 * Select options such as SUBSCRIBED hide mailboxes that exist, and with RECURSIVEMATCH servers list some without their
 * state, or as if they did not exist: what exists on one side is asked for by name until it is known on both.
 */
async function completed(sessions: PerSide<Session>, listings: PerSide<Listing>): Promise<PerSide<Listing>> {
  const listed = sides.flatMap((side) => [...listings[side].mailboxes]);
  const existing = new Set(listed.filter(([, { exists }]) => exists).map(([name]) => name));
  return bothSides(async (side) => {
    const { naming, mailboxes, unreadable } = listings[side];
    const names = [...existing].filter((name) => mailboxes.get(name)?.state === undefined);
    const found = await lookUpListing(sessions[side], { naming, names });
    return {
      naming,
      mailboxes: new Map([...mailboxes, ...found.mailboxes]),
      unreadable: [...unreadable, ...found.unreadable],
    };
  });
}
