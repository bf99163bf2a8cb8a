// Mailboxes that a server reports although it did not list them: the report of their creation is missing.

import type { Listing } from "../mail/listing/list-mailboxes.ts";
import { type PerSide, type Side, sides } from "../model/side.ts";

/** A server may make up names without end. */
const mostRemembered = 1_000;

export class Strangers {
  readonly #met = new Set<string>();

  /** True the first time, until it is listed. */
  isNew(side: Side, wireName: string): boolean {
    const stranger = `${side} ${wireName}`;
    if (this.#met.has(stranger)) return false;
    if (this.#met.size >= mostRemembered) this.#met.clear();
    this.#met.add(stranger);
    return true;
  }

  forgetListed(listings: PerSide<Listing>): void {
    for (const side of sides)
      for (const { exists, wireName } of listings[side].mailboxes.values())
        if (exists) this.#met.delete(`${side} ${wireName}`);
  }
}
