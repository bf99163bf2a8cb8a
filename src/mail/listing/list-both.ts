// The initial LIST on both servers. Patterns are translated to each server's names, and a mailbox that only one server listed
// is looked up on the other.

import type { Session } from "../../imap/session/session.ts";
import { listDelimiter } from "../../imap/verbs/list.ts";
import { canonicalName, type Naming } from "../../model/mailbox-name.ts";
import { readPairs, type WrittenPair } from "../../model/name-pairs.ts";
import { bothSides, type PerSide, perSide, sides } from "../../model/side.ts";
import { type Listing, listMailboxes } from "./list-mailboxes.ts";
import { lookUpListing } from "./look-up.ts";
import { arePlain, hasPairs, listedNames, type Patterns, patternsFor } from "./patterns.ts";

export interface ListingQuery extends Patterns {
  readonly references: PerSide<string>;
  /** Mailboxes that have another name on the remote server than on the local one. */
  readonly paired?: readonly WrittenPair[];
  /** RFC 5258 3.1, e.g. SUBSCRIBED. */
  readonly selectOptions: readonly string[];
}

export async function listBoth(sessions: PerSide<Session>, query: ListingQuery): Promise<PerSide<Listing>> {
  const { references, selectOptions, paired = [] } = query;
  const isPlain = paired.length === 0 && arePlain(query);
  const namings = isPlain ? undefined : await learnNamings(sessions, { references, paired });
  const patterns =
    namings === undefined ? perSide(() => query.patterns.map(canonicalName)) : patternsFor(query, namings);
  const listings = await bothSides((side) => {
    const { pairs = [] } = namings?.[side] ?? {};
    return listMailboxes(sessions[side], {
      selectOptions,
      reference: references[side],
      pairs,
      patterns: patterns[side],
    });
  });
  const meant = onlyMeant(listings, query);
  const isWhole = selectOptions.length === 0 && sides.every((side) => areAllStatesTold(meant[side]));
  return isWhole ? meant : completed(sessions, meant);
}

/** How both servers write names. @throws InterimapError CONFIG_INVALID if two paired names turn out to be the same once the delimiters are known. */
export async function learnNamings(
  sessions: PerSide<Session>,
  { references, paired = [] }: Pick<ListingQuery, "references" | "paired">,
): Promise<PerSide<Naming>> {
  const delimiters = await listDelimiters(sessions, references);
  const pairs = { local: [], remote: readPairs(paired, delimiters) };
  return perSide((side) => ({ reference: references[side], delimiter: delimiters[side], pairs: pairs[side] }));
}

export function listDelimiters(
  sessions: PerSide<Session>,
  references: PerSide<string>,
): Promise<PerSide<string | null>> {
  return bothSides((side) => listDelimiter(sessions[side], references[side]));
}

/** If a server has other names, it was asked for more mailboxes than were meant. */
function onlyMeant(listings: PerSide<Listing>, query: ListingQuery): PerSide<Listing> {
  const namings = perSide((side) => listings[side].naming);
  if (!sides.some((side) => hasPairs(namings[side]))) return listings;
  const isMeant = listedNames(query, namings);
  return perSide((side) => {
    const listing = listings[side];
    if (!hasPairs(namings[side])) return listing;
    const { delimiter } = namings[side];
    const mailboxes = [...listing.mailboxes].filter(([, { wireName }]) => isMeant[side](wireName, delimiter));
    const shadowed = listing.shadowed?.filter(({ wireName }) => isMeant[side](wireName, delimiter));
    return { ...listing, mailboxes: new Map(mailboxes), shadowed: shadowed ?? [] };
  });
}

/** A mailbox is recognised by its numbers: if they are left out, it must not be taken for another one. */
function areAllStatesTold({ mailboxes }: Listing): boolean {
  return [...mailboxes.values()].every(({ exists, state }) => !exists || state !== undefined);
}

/**
 * Select options such as SUBSCRIBED hide mailboxes that exist. With RECURSIVEMATCH, servers list some without their state, or
 * as if they did not exist. So each mailbox that exists on one side is asked for by name until it is known on both.
 */
async function completed(sessions: PerSide<Session>, listings: PerSide<Listing>): Promise<PerSide<Listing>> {
  const listed = sides.flatMap((side) => [...listings[side].mailboxes]);
  const existing = new Set(listed.filter(([, { exists }]) => exists).map(([name]) => name));
  return bothSides(async (side) => {
    const listing = listings[side];
    const { naming, mailboxes, unreadable } = listing;
    const names = [...existing].filter((name) => mailboxes.get(name)?.state === undefined);
    const found = await lookUpListing(sessions[side], { naming, names });
    return {
      ...listing,
      mailboxes: new Map([...mailboxes, ...found.mailboxes]),
      unreadable: [...unreadable, ...found.unreadable],
    };
  });
}
