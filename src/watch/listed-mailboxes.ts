// The mailboxes that the last full check listed, and those that it could have listed.

import { nameIn } from "../mail/listing/inbox-levels.ts";
import type { ListingQuery } from "../mail/listing/list-both.ts";
import type { Listing } from "../mail/listing/list-mailboxes.ts";
import { listedNames } from "../mail/listing/patterns.ts";
import type { MayMatch } from "../model/list-patterns.ts";
import { type PerSide, perSide, type Side } from "../model/side.ts";

export class ListedMailboxes {
  readonly #query: ListingQuery;
  #listings: PerSide<Listing> | undefined;
  #mayMatch: PerSide<MayMatch> | undefined;

  constructor(query: ListingQuery) {
    this.#query = query;
  }

  replace(listings: PerSide<Listing>): void {
    this.#listings = listings;
    this.#mayMatch = listedNames(
      this.#query,
      perSide((side) => listings[side].naming),
    );
  }

  /** Undefined before the first look. */
  get listings(): PerSide<Listing> | undefined {
    return this.#listings;
  }

  /** How many a side has; before the first look, 1. */
  count(side: Side): number {
    return this.#listings?.[side].mailboxes.size ?? 1;
  }

  nameOf(side: Side, wireName: string): string | undefined {
    const listing = this.#listings?.[side];
    return listing && nameIn(listing, wireName);
  }

  wireNameOf(side: Side, name: string): string | undefined {
    return this.#listings?.[side].mailboxes.get(name)?.wireName;
  }

  /** Whether a mailbox is among those asked for: list-mailbox may exclude most. */
  mayList(side: Side, wireName: string): boolean {
    const delimiter = this.#listings?.[side].naming.delimiter ?? null;
    return this.#mayMatch?.[side](wireName, delimiter) ?? true;
  }
}
