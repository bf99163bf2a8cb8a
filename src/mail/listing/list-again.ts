// Lists the numbers of known mailboxes on both servers once more. The mailboxes keep the names of the earlier listing.

import type { Session } from "../../imap/session/session.ts";
import { canonicalName } from "../../model/mailbox-name.ts";
import { bothSides, type PerSide, perSide } from "../../model/side.ts";
import { type ListedMailbox, type Listing, listMailboxes } from "./list-mailboxes.ts";
import { type Patterns, patternsFor } from "./patterns.ts";

export interface AgainQuery extends Patterns {
  /** RFC 5258 3.1, e.g. SUBSCRIBED. */
  readonly selectOptions: readonly string[];
}

export interface ListedAgain {
  /** A mailbox that is not listed any more keeps its former numbers. */
  readonly listing: Listing;
  /** Mailboxes that were not listed before, by their names on the wire. */
  readonly added: readonly string[];
}

/** `before`: the listings for the same patterns. Throws as `listMailboxes()`. */
export function listAgain(
  sessions: PerSide<Session>,
  query: AgainQuery,
  before: PerSide<Listing>,
): Promise<PerSide<ListedAgain>> {
  const namings = perSide((side) => before[side].naming);
  const patterns = patternsFor(query, namings);
  return bothSides(async (side) => {
    const { reference, pairs = [] } = namings[side];
    const asked = { selectOptions: query.selectOptions, reference, pairs, patterns: patterns[side] };
    return renewed(before[side], await listMailboxes(sessions[side], asked));
  });
}

function renewed(before: Listing, now: Listing): ListedAgain {
  const byWireName = new Map([...now.mailboxes.values()].map((one) => [canonicalName(one.wireName), one]));
  const mailboxes = new Map<string, ListedMailbox>();
  for (const [name, one] of before.mailboxes) {
    const { state, messages } = byWireName.get(canonicalName(one.wireName)) ?? one;
    mailboxes.set(name, { ...one, state, messages });
    if (one.exists) byWireName.delete(canonicalName(one.wireName));
  }
  const added = [...byWireName.values()].filter(({ exists }) => exists).map(({ wireName }) => wireName);
  return { listing: { ...before, mailboxes }, added };
}
