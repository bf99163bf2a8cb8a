// What to do about the mailboxes as a whole: create, subscribe, synchronise, leave alone. Pure.

import type { ListedMailbox, Listing } from "../../mail/listing/list-mailboxes.ts";
import { InterimapError } from "../../model/errors.ts";
import { followsChanges, type MailboxState, sameState } from "../../model/mailbox-state.ts";
import { otherSide, type PerSide, type Side, sides } from "../../model/side.ts";

/** What the store knows of a mailbox. */
export interface KnownMailbox {
  readonly idx: number;
  readonly name: string;
  readonly subscribed: boolean;
  readonly states: PerSide<MailboxState | undefined>;
  /** How many messages each side had then; undefined when that is not known. */
  readonly counts?: PerSide<number> | undefined;
  /** The last round on it did not come to its end. */
  readonly isUnfinished: boolean;
}

export interface SubscriptionChange {
  readonly side: Side;
  readonly name: string;
  readonly subscribed: boolean;
}

export interface MailboxPlan {
  /** Parents before children. */
  readonly create: readonly { readonly side: Side; readonly name: string }[];
  readonly subscriptions: readonly SubscriptionChange[];
  /** Subscriptions to record, once the servers agree. */
  readonly record: readonly { readonly name: string; readonly subscribed: boolean }[];
  /** Known mailboxes that one server does not have any more. */
  readonly gone: readonly { readonly side: Side; readonly name: string }[];
  /** Exist on both sides, and differ from what was synchronised last on at least one. */
  readonly dirty: readonly string[];
  /** Those of them whose numbers are as recorded: only flags may have changed, which no number tells. */
  readonly silent: readonly string[];
}

/**
 * @throws InterimapError DELIMITER_MISMATCH when one name space is flat and the other is not.
 */
export function planMailboxes(
  listings: PerSide<Listing>,
  known: ReadonlyMap<string, KnownMailbox>,
  isIgnored: (name: string) => boolean,
): MailboxPlan {
  requireSameShape(listings);
  const plan = { create: [], subscriptions: [], record: [], gone: [], dirty: [], silent: [] } as Mutable<MailboxPlan>;
  for (const name of namesOf(listings)) {
    if (isIgnored(name)) continue;
    planMailbox(plan, { name, known: known.get(name), listed: listedOn(listings, name), listings });
  }
  return plan;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] };

interface Situation {
  readonly name: string;
  readonly known: KnownMailbox | undefined;
  readonly listed: PerSide<ListedMailbox | undefined>;
  readonly listings: PerSide<Pick<Listing, "hidesExpunges">>;
}

function planMailbox(plan: Mutable<MailboxPlan>, { name, known, listed, listings }: Situation): void {
  const missing = sides.filter((side) => listed[side]?.exists !== true);
  if (missing.length === 2) return;
  const [absent] = missing;
  if (absent !== undefined && known !== undefined) {
    plan.gone.push({ side: absent, name });
    return;
  }
  if (absent !== undefined) plan.create.push({ side: absent, name });
  planSubscription(plan, { name, known, listed });
  const areSame = sides.every((side) => {
    const now = listed[side]?.state;
    const before = known?.states[side];
    if (now === undefined || before === undefined || !sameState(now, before)) return false;
    // Where an expunge has no mod-sequence, the number of messages shows it.
    return listings[side].hidesExpunges !== true || listed[side]?.messages === known?.counts?.[side];
  });
  const isSettled = areSame && known?.isUnfinished === false;
  const isTold = sides.every((side) => known?.states[side] !== undefined && followsChanges(known.states[side]));
  if (isSettled && isTold) return;
  plan.dirty.push(name);
  if (isSettled) plan.silent.push(name);
}

/** First seen: the union of both. Afterwards: whichever side differs from what both had last time, wins. */
function planSubscription(
  plan: Mutable<MailboxPlan>,
  { name, known, listed }: Pick<Situation, "name" | "known" | "listed">,
): void {
  const now = (side: Side): boolean => listed[side]?.subscribed ?? false;
  const changed = sides.some((side) => now(side) !== known?.subscribed);
  const wanted = known === undefined ? now("local") || now("remote") : changed ? !known.subscribed : known.subscribed;
  for (const side of sides) if (now(side) !== wanted) plan.subscriptions.push({ side, name, subscribed: wanted });
  if (known?.subscribed !== wanted) plan.record.push({ name, subscribed: wanted });
}

function listedOn(listings: PerSide<Listing>, name: string): PerSide<ListedMailbox | undefined> {
  return { local: listings.local.mailboxes.get(name), remote: listings.remote.mailboxes.get(name) };
}

/** Sorted, so that parents come before their children; INBOX first, since people read that first. */
function namesOf({ local, remote }: PerSide<Listing>): string[] {
  const names = [...new Set([...local.mailboxes.keys(), ...remote.mailboxes.keys()])];
  return names.sort((a, b) => (a === b ? 0 : a === "INBOX" || (b !== "INBOX" && a < b) ? -1 : 1));
}

function requireSameShape(listings: PerSide<Listing>): void {
  const isFlat = (side: Side): boolean => listings[side].naming.delimiter === null;
  const flat = sides.find((side) => isFlat(side) && !isFlat(otherSide(side)));
  if (flat === undefined) return;
  throw new InterimapError(
    "DELIMITER_MISMATCH",
    `the ${flat} server has a flat mailbox name space, the ${otherSide(flat)} server a hierarchical one`,
    { hint: "choose list-reference so that both have a hierarchy, or neither" },
  );
}
