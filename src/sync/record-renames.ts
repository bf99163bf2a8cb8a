// Gives mailboxes that both servers have renamed their new names in the database. A renaming that is followed may be ended
// before it comes to that; taken for new, the mailboxes would get back what was deleted in the meantime.

import { bothSides, perSide, sides, type PerSide } from "../model/side.ts";
import type { Session } from "../imap/session.ts";
import type { Store } from "../store/store.ts";
import type { Report } from "./events.ts";
import { findDoneRenames } from "./follow-renames.ts";
import { lookUpListing } from "./given-mailboxes.ts";
import type { Listing } from "./mailbox-listing.ts";
import type { KnownMailbox } from "./mailbox-plan.ts";
import { finishSubscriptions } from "./rename-mailbox.ts";

interface Recording {
  readonly sessions: PerSide<Session>;
  readonly store: Store;
  readonly report: Report;
  readonly isIgnored: (name: string) => boolean;
}

export interface Found {
  readonly listings: PerSide<Listing>;
  /** What the database has. */
  readonly known: ReadonlyMap<string, KnownMailbox>;
}

/** True when there were any: the listings are out of date then, as subscriptions go along. */
export async function recordRenames(recording: Recording, { listings, known }: Found): Promise<boolean> {
  const { sessions, store, report, isIgnored } = recording;
  const found = findDoneRenames({ listings, known, isIgnored });
  if (found.length === 0) return false;
  const namings = perSide((side) => listings[side].naming);
  // What is not listed need not be gone: perhaps nobody asked for it.
  const names = found.map(({ from }) => from);
  const old = await bothSides((side) => lookUpListing(sessions[side], { naming: namings[side], names }));
  // What is listed in a line that cannot be read may be any of them.
  if (sides.some((side) => old[side].unreadable.length > 0)) return false;
  const done = found.filter(({ from }) => !sides.some((side) => old[side].mailboxes.get(from)?.exists === true));
  for (const rename of done) await finishSubscriptions(report, { sessions, namings }, rename);
  store.transaction(() => {
    for (const { from, to } of done) store.renameMailbox(known.get(from)!.idx, to);
  });
  for (const { from, to } of done) report({ type: "mailbox-renamed", mailbox: from, to });
  return done.length > 0;
}
