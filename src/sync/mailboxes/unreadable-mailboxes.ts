// Mailboxes that a server lists in lines nobody can make sense of: each is skipped, and no other is taken for gone or
// missing because of it.

import type { Session } from "../../imap/session/session.ts";
import type { Listing } from "../../mail/listing/list-mailboxes.ts";
import { lookUpListing } from "../../mail/listing/look-up.ts";
import { type PerSide, type Side, sides } from "../../model/side.ts";
import { allDone } from "../../util/all-done.ts";
import type { MailboxPlan } from "./mailbox-plan.ts";

export interface OddMailbox {
  readonly side: Side;
  readonly line: string;
  /** Undefined: any that is not listed otherwise. */
  readonly name?: string;
  /** As it may be shown, where that is another. */
  readonly shownName?: string;
}

type NamedOddMailbox = OddMailbox & { readonly name: string };

/** Those whose names can be told from the lines. */
export function namedOddities(listings: PerSide<Listing>): readonly NamedOddMailbox[] {
  return sides.flatMap((side) =>
    listings[side].unreadable.flatMap(({ name, ...odd }) => (name === undefined ? [] : [{ side, name, ...odd }])),
  );
}

/** The lines that could be about anything. */
export function namelessOddities(listings: PerSide<Listing>): readonly OddMailbox[] {
  return sides.flatMap((side) =>
    listings[side].unreadable.flatMap(({ line, name }) => (name === undefined ? [{ side, line }] : [])),
  );
}

/**
 * Asks for each mailbox by its name that a server seems not to have, where that server listed any in such a line: which of
 * them are what those lines are about.
 */
export async function findInOddLines(
  sessions: PerSide<Session>,
  { listings, plan }: { readonly listings: PerSide<Listing>; readonly plan: Pick<MailboxPlan, "gone" | "create"> },
): Promise<readonly NamedOddMailbox[]> {
  const missing = [...plan.gone, ...plan.create].filter(({ side }) => listings[side].unreadable.length > 0);
  const found = await allDone(
    missing.map(async ({ side, name }) => {
      const { unreadable } = await lookUpListing(sessions[side], { naming: listings[side].naming, names: [name] });
      return unreadable.map(({ line }) => ({ side, line, name }));
    }),
  );
  return found.flat();
}
