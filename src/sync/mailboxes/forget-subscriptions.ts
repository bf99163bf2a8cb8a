// Forgets subscriptions that ended on both sides while list-select-opts = SUBSCRIBED kept their mailboxes from being
// listed.

import type { Session } from "../../imap/session/session.ts";
import type { ListingQuery } from "../../mail/listing/list-both.ts";
import type { Listing } from "../../mail/listing/list-mailboxes.ts";
import { lookUpListing } from "../../mail/listing/look-up.ts";
import { bothSides, type PerSide, sides } from "../../model/side.ts";
import type { Store } from "../../state/state-store.ts";

export interface Listed {
  readonly sessions: PerSide<Session>;
  readonly store: Store;
  readonly query: ListingQuery;
  readonly listings: PerSide<Listing>;
  readonly isIgnored: (name: string) => boolean;
}

/** Records them: else a new subscription on one side would look like the old one, cancelled on the other. */
export async function forgetSubscriptions({ sessions, store, query, listings, isIgnored }: Listed): Promise<void> {
  if (!query.selectOptions.some((option) => option.toUpperCase() === "SUBSCRIBED")) return;
  const isListed = (name: string): boolean => sides.some((side) => listings[side].mailboxes.has(name));
  const hidden = store.mailboxes().filter(({ name, subscribed }) => subscribed && !isListed(name) && !isIgnored(name));
  // They may also be hidden by list-mailbox.
  const names = hidden.map(({ name }) => name);
  const found = await bothSides((side) =>
    lookUpListing(sessions[side], { naming: listings[side].naming, names, selectOptions: ["SUBSCRIBED"] }),
  );
  // What is listed in a line that cannot be read may be any of them.
  if (sides.some((side) => found[side].unreadable.length > 0)) return;
  store.transaction(() => {
    for (const { idx, name } of hidden) {
      if (!sides.some((side) => found[side].mailboxes.has(name))) store.setSubscribed(idx, false);
    }
  });
}
