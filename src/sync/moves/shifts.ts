// Decides by the listed numbers whether messages may have left a mailbox or arrived in it.

import type { Listing } from "../../mail/listing/list-mailboxes.ts";
import type { MailboxState } from "../../model/mailbox-state.ts";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import type { Store } from "../../state/state-store.ts";
import { type Prospect, prospectOf } from "../mailbox/prospect.ts";
import { mostLostOn, type Now } from "../mailbox/survey-ahead-plan.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";
import { planSearch, type Shift } from "./moves-plan.ts";

export interface Shifted extends Shift {
  readonly prospect: Prospect;
  /** Has another mailbox under this name; the other server has the recorded one. */
  readonly isAnewOn: Side | undefined;
}

/** The mailboxes that messages may have left, and those where they may be now, by the latest listing. */
export function mailboxesOfMoves(
  store: Store,
  known: Iterable<KnownMailbox>,
  listings: PerSide<Listing>,
): ReadonlySet<string> {
  const search = planSearch([...known].map((mailbox) => shiftOf(store, prospectOf(mailbox, listings))));
  const all = sides.flatMap((side) => [...search[side].sources, ...search[side].targets]);
  return new Set(all.map(({ prospect }) => prospect.mailbox.name));
}

export function shiftOf(store: Store, prospect: Prospect): Shifted {
  const { idx } = prospect.mailbox;
  const isLasting = sides.every((side) => !store.unstable.has(idx, side));
  const isAnewOn = isLasting ? sides.find((side) => isAnew(prospect, side)) : undefined;
  return {
    prospect,
    isAnewOn,
    loses: perSide((side) => side === isAnewOn || (isLasting && mayLose(store, prospect, side))),
    gains: perSide((side) => isLasting && (isKnown(prospect) ? hasNew(prospect, side) : isFirstHere(prospect, side))),
  };
}

/** Whether both servers have the recorded mailbox. */
function isKnown(prospect: Prospect): boolean {
  return sides.every((side) => hasRecorded(prospect, side));
}

function hasRecorded({ mailbox, listed }: Prospect, side: Side): boolean {
  const before = mailbox.states[side];
  return before !== undefined && listed[side]?.state?.uidValidity === before.uidValidity;
}

function isAnew(prospect: Prospect, side: Side): boolean {
  const isThere = prospect.listed[side]?.state !== undefined && prospect.mailbox.states[side] !== undefined;
  return isThere && !hasRecorded(prospect, side) && hasRecorded(prospect, otherSide(side));
}

function mayLose(store: Store, prospect: Prospect, side: Side): boolean {
  const { mailbox, listed } = prospect;
  const { idx, states, counts, isUnfinished } = mailbox;
  const now = nowOf(listed[side]?.state, listed[side]?.messages);
  if (isUnfinished || !isKnown(prospect) || now === undefined) return false;
  const mapped = counts === undefined ? store.mappings.count(idx) : Infinity;
  return mostLostOn({ mapped, counts, before: states, now: { local: now, remote: now } }, side) > 0;
}

function nowOf(state: MailboxState | undefined, messages: number | undefined): Now | undefined {
  return state === undefined || messages === undefined ? undefined : { ...state, messages };
}

function hasNew({ mailbox, listed }: Prospect, side: Side): boolean {
  return (listed[side]?.state?.uidNext ?? 0) > (mailbox.states[side]?.uidNext ?? Infinity);
}

/** A mailbox that was not there before: messages that both sides have in it are matched, and nothing else. */
function isFirstHere({ mailbox, listed }: Prospect, side: Side): boolean {
  if (sides.some((one) => mailbox.states[one] !== undefined || listed[one]?.state === undefined)) return false;
  return listed[otherSide(side)]?.messages === 0 && (listed[side]?.messages ?? 0) > 0;
}
