// Determines where the work on a mailbox begins: what is recorded, and how much of that can be believed.

import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { noFlags } from "../../model/flags.ts";
import { type MailboxState, nothingSeen } from "../../model/mailbox-state.ts";
import { type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { emptyUidSet, isEmpty, type UidSet, uidSetOf } from "../../model/uid-set.ts";
import type { ChangeKind } from "../../state/refused-changes.ts";
import type { MailboxWork, OpenMailbox, Progress } from "../context/open-mailbox.ts";
import { isWaitOver } from "../copies/waits.ts";
import { isDue } from "../refused/retry-refused.ts";
import type { RecordOf } from "./baseline.ts";

interface TakenUp {
  /** Undefined: the mailbox is new, or created anew. */
  readonly before: PerSide<MailboxState | undefined>;
  readonly views: PerSide<MailboxView>;
  /** UIDVALIDITY changed. */
  readonly isAnew: boolean;
}

/**
 * Returns the floors: messages from there on that have no mapping are matched before anything is copied. Undefined if there can
 * be no copies among them. In a new mailbox, any message may be the same on both sides. If UIDVALIDITY changed, the recorded
 * UIDs mean nothing: no deletion follows from that, all messages are matched, and the rest is copied.
 */
export function takeUp(work: MailboxWork, { before, views, isAnew }: TakenUp): PerSide<number> | undefined {
  const { store, idx, matchesExisting, marked } = work;
  // A marker that this round has set means nothing yet.
  const left = marked === undefined ? store.transfers.interruption(idx) : undefined;
  if (!isAnew && before.local !== undefined && before.remote !== undefined) return left;
  const states = perSide((side) => before[side] ?? nothingSeen(views[side].uidValidity));
  const bothHoldMessages = sides.every((side) => before[side] === undefined && views[side].exists > 0);
  const matches = isAnew || left !== undefined || (bothHoldMessages && matchesExisting);
  store.transaction(() => {
    if (isAnew) store.forgetMessages(idx);
    if (matches || marked !== undefined) store.startOver(idx, states);
    else store.checkpoint(idx, states);
  });
  return matches ? { local: 1, remote: 1 } : undefined;
}

/**
 * Undefined if a round was cut short: then UIDNEXT may be older than the rest, above all in a database of the original program.
 * A repair does not believe it either.
 */
export function recordedStates(
  { repairs }: MailboxWork,
  { counts, beyond, before, wasInterrupted }: RecordOf & Pick<OpenMailbox, "before" | "wasInterrupted">,
): OpenMailbox["recorded"] {
  return perSide((side) => {
    const state = before[side];
    if (state === undefined || repairs || wasInterrupted) return undefined;
    return isEmpty(beyond[side]) ? { ...state, messages: counts?.[side] } : undefined;
  });
}

/** The records of the mailbox are read once for both sides. */
export function progressFrom(
  { store, idx, repairs, before, interrupted }: MailboxWork & Pick<OpenMailbox, "interrupted">,
  { views, beyond }: { readonly views: PerSide<MailboxView> } & Pick<RecordOf, "beyond">,
): PerSide<Progress> {
  const [waits, allRefused, allChanges] = [
    store.refusals.waits(idx),
    store.refusals.messages(idx),
    store.refusals.changes(idx),
  ];
  const allUnkept = store.refusals.unkept(idx);
  return perSide((side) => {
    const isHere = (one: { readonly side: Side }): boolean => one.side === side;
    const wait = waits.find(isHere);
    const least = Math.min(interrupted?.[side] ?? Infinity, wait?.firstUid ?? Infinity);
    const floor = Math.min(before[side]?.uidNext ?? 1, least);
    const refused = allRefused.filter(isHere);
    const changes = allChanges.filter(isHere);
    const of = (what: ChangeKind): UidSet => uidSetOf(changes.filter((one) => one.what === what).map(({ uid }) => uid));
    return {
      floor,
      copied: emptyUidSet,
      mapped: floor === before[side]?.uidNext ? beyond[side] : store.mappings.uids(idx, side, floor),
      isTouched: false,
      nextUid: views[side].uidNext,
      unnamed: emptyUidSet,
      hadBefore: [],
      silent: [],
      areCopiesDoubted: false,
      counted: views[side].existedWhenSelected,
      observed: views[side].whenSelected,
      hidesChanges: false,
      isStuck: false,
      hasUntold: false,
      isProbed: false,
      untold: 0,
      undated: 0,
      isContested: false,
      lost: 0,
      refuted: emptyUidSet,
      refused: new Set(refused.map(({ uid }) => uid)),
      due: uidSetOf(refused.filter((message) => repairs || isDue(message)).map(({ uid }) => uid)),
      wait: wait && { ...wait, isOver: repairs || isWaitOver(wait) },
      hasShrunk: false,
      strays: emptyUidSet,
      undeletable: of("deletion"),
      unflaggable: of("flags"),
      dueChanges: uidSetOf(changes.filter((change) => repairs || isDue(change)).map(({ uid }) => uid)),
      unkept: allUnkept.find(isHere)?.flags ?? noFlags,
      settled: emptyUidSet,
    };
  });
}
