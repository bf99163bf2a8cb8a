// What becomes of messages that a server did not take: remembered one by one, or, where it takes none for now, as the mailbox
// in which all of them wait. The checkpoint moves on, for everything else goes on; the row says from which UID on messages
// may be missing on the other side.

import type { Reluctance } from "../../mail/transfer/reluctance.ts";
import type { MailboxState } from "../../model/mailbox-state.ts";
import { type PerSide, sides } from "../../model/side.ts";
import { isEmpty, maxUid, subtract, uidRange, type UidSet, union } from "../../model/uid-set.ts";
import type { Wait } from "../../state/waits.ts";
import type { Direction, OpenMailbox } from "../context/open-mailbox.ts";
import { recordRefusal, refusedUids } from "../refused/record-refusal.ts";
import { growingPauseMs, msUntilFirst } from "../refused/retry-refused.ts";

/** Messages that were offered to the other side. */
interface Offer extends Direction {
  readonly reluctance: Reluctance;
}

/** New mail that is fit to be copied waits behind the rest. */
const longestMs = 60 * 60_000;
/** As long as a server may ask to be left alone: see retry-after.ts. */
const mostMs = 24 * longestMs;

/** No wait has begun later than now, or is longer than a day: what says so was not written by this clock. */
export function isWaitOver({ since, nextAttempt }: Pick<Wait, "since" | "nextAttempt">, now = Date.now()): boolean {
  const left = nextAttempt.getTime() - now;
  return left <= 0 || left > mostMs || since.getTime() > now;
}

/** In ms, until the first of those that are not over; Infinity if there is none. */
export function untilNextWait(waits: readonly Wait[], now: number = Date.now()): number {
  const times = waits.filter((wait) => !isWaitOver(wait, now)).map(({ nextAttempt }) => nextAttempt.getTime());
  return msUntilFirst(times, now);
}

/** `offered`: all messages that were to be copied, in whatever way that ended. */
export function concludeOffer(mailbox: OpenMailbox, offer: Offer, offered: UidSet): void {
  const { source, reluctance } = offer;
  const { progress } = mailbox;
  const { doubts } = reluctance;
  const isGeneral = reluctance.isHalted || reluctance.hasSkipped || doubts.some(({ concern }) => concern !== "unknown");
  if (!isGeneral) {
    reluctance.settle();
    endWait(mailbox, offer);
    return;
  }
  // They have their own row, and their own time.
  for (const doubt of doubts) if (progress[source].refused.has(doubt.uid)) recordRefusal(mailbox, offer, doubt);
  const missing = missingOf(mailbox, offer, offered);
  if (isEmpty(missing)) endWait(mailbox, offer);
  else beginWait(mailbox, offer, { firstUid: missing.ranges[0]![0], reason: reluctance.reason });
}

/** Before the state `after` is recorded: the waiting messages were on the other side after all, and have rows now. */
export function endVainWaits(mailbox: OpenMailbox, after: PerSide<MailboxState>): void {
  const { store, idx, progress } = mailbox;
  for (const side of sides) {
    const { wait } = progress[side];
    if (wait === undefined || wait.firstUid >= after[side].uidNext) continue;
    const waiting = uidRange(wait.firstUid, after[side].uidNext - 1);
    if (isEmpty(missingOf(mailbox, { source: side }, waiting))) store.refusals.clearWait(idx, side);
  }
}

function missingOf(mailbox: OpenMailbox, { source }: Pick<Offer, "source">, offered: UidSet): UidSet {
  const { store, idx, progress } = mailbox;
  const from = offered.ranges[0]?.[0] ?? 1;
  const known = union(store.mappings.uids(idx, source, from), refusedUids(mailbox, source));
  return subtract(offered, union(known, progress[source].unnamed));
}

function beginWait(
  { store, idx, progress }: OpenMailbox,
  { source, reluctance }: Offer,
  { firstUid, reason }: Pick<Wait, "firstUid" | "reason">,
): void {
  const attempts = Math.min((progress[source].wait?.attempts ?? 0) + 1, maxUid);
  const pause = reluctance.doubts.reduce(
    (longest, { retryAfterMs = 0 }) => Math.max(longest, retryAfterMs),
    growingPauseMs(attempts, longestMs),
  );
  const since = new Date();
  const nextAttempt = new Date(since.getTime() + pause);
  store.refusals.recordWait({ idx, side: source, firstUid, reason, since, nextAttempt, attempts });
  progress[source].wait = { firstUid, attempts, isOver: false };
}

function endWait({ store, idx, progress }: OpenMailbox, { source }: Offer): void {
  if (progress[source].wait?.isOver !== true) return;
  store.refusals.clearWait(idx, source);
  progress[source].wait = undefined;
}

/** Something was deleted: there may be room now, or less that waits. What waits is offered at once. */
export function noteRoom({ progress }: OpenMailbox): void {
  const hasShrunk = sides.some((side) => progress[side].hasShrunk);
  for (const side of sides) {
    const { wait } = progress[side];
    progress[side].hasShrunk = false;
    if (!hasShrunk || wait?.isOver !== false) continue;
    progress[side].wait = { ...wait, isOver: true };
    progress[side].floor = Math.min(progress[side].floor, wait.firstUid);
  }
}
