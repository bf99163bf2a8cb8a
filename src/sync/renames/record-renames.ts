// Gives mailboxes that have other names on the servers these names in the database. If they were taken for new, they would get
// back messages that were deleted in the meantime.

import type { Session } from "../../imap/session/session.ts";
import type { Listing } from "../../mail/listing/list-mailboxes.ts";
import type { FollowedDeletions } from "../../model/followed-deletions.ts";
import { type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import type { Store } from "../../state/state-store.ts";
import type { Report } from "../context/events.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";
import { noteRemoteName } from "../mailboxes/remote-names.ts";
import { finishSubscriptions } from "./rename-mailbox.ts";
import type { Renaming } from "./renaming.ts";
import type { Found } from "./whereabouts.ts";

interface Recording {
  readonly sessions: PerSide<Session>;
  readonly store: Store;
  readonly report: Report;
  readonly skipped: Set<string>;
  readonly deletions?: FollowedDeletions | undefined;
}

interface ToRecord {
  readonly renamings: readonly Renaming[];
  readonly listed: { readonly listings: PerSide<Listing>; readonly known: ReadonlyMap<string, KnownMailbox> };
  readonly found: Found;
}

/** True if there were any: the listings are out of date then, as subscriptions go along. */
export async function recordRenames(
  { sessions, store, report, skipped, deletions }: Recording,
  { renamings, listed: { listings, known }, found }: ToRecord,
): Promise<boolean> {
  const namings = perSide((side) => listings[side].naming);
  const exists = (name: string): boolean => sides.some((side) => found.listed[side].get(name)?.exists === true);
  const isNowhere = (idx: number): boolean =>
    sides.every((side) => found.places[side].has(idx) && found.places[side].get(idx) === undefined);
  let recorded = [...renamings];
  const holderOf = ({ to }: Renaming): KnownMailbox | undefined => {
    const holder = known.get(to);
    return recorded.some(({ idx }) => idx === holder?.idx) ? undefined : holder;
  };
  for (let isSettled = false; !isSettled;) {
    isSettled = true;
    for (const renaming of recorded) {
      const holder = holderOf(renaming);
      if (holder === undefined || isNowhere(holder.idx)) continue;
      // It is skipped, and so are those that depend on it.
      for (const name of [renaming.from, renaming.to]) skipped.add(name);
      recorded = recorded.filter((one) => one !== renaming);
      isSettled = false;
    }
  }
  for (const { from, to } of recorded) await finishSubscriptions(report, { sessions, namings }, { from, to });
  // Renamed on one server and deleted on the other one: if we took it for deleted, a mailbox that somebody named would be lost.
  const isDeletedOn = (side: Side, idx: number): boolean =>
    found.places[side].has(idx) && found.places[side].get(idx) === undefined && !found.unclear[side].has(idx);
  const returning = recorded.filter(
    ({ idx }) => deletions !== undefined && sides.some((side) => isDeletedOn(side, idx)),
  );
  recorded = recorded.filter((one) => !returning.includes(one));
  store.transaction(() => {
    for (const { idx } of returning) store.removeMailbox(idx);
    for (const renaming of recorded) {
      const holder = holderOf(renaming);
      if (holder !== undefined) store.removeMailbox(holder.idx);
    }
    store.renameMailboxes(recorded);
    for (const { idx, to } of recorded) noteRemoteName(store, { idx, name: to }, namings.remote);
    // If another mailbox has the old name, the subscription belongs to that one.
    for (const { idx, from, to } of recorded)
      if (exists(from)) store.setSubscribed(idx, known.get(to)?.subscribed === true);
  });
  for (const { from, to } of recorded) report({ type: "mailbox-renamed", mailbox: from, to });
  return recorded.length + returning.length > 0;
}
