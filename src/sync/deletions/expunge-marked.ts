// Removes messages where the server cannot be told which (no UIDPLUS, RFC 4315): EXPUNGE removes all that are marked, whoever
// marked them. So the marks of those that are not ours to delete are lifted before, and put back. Between the last look at
// what is marked and EXPUNGE another client can mark a message, which is removed then; the protocol has nothing against
// that, and what goes by it is copied again.

import { CommandRefused } from "../../imap/command-refused.ts";
import { expungeMarked, mark } from "../../imap/verbs/expunge.ts";
import { markedUids } from "../../imap/verbs/search.ts";
import { otherSide, type Side } from "../../model/side.ts";
import { hasUid, isEmpty, subtract, type UidSet, uidSetOf, union } from "../../model/uid-set.ts";
import { allDone } from "../../util/all-done.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { takeForNew } from "../mailbox/balance.ts";
import { isMarked, type Lifted, liftMarks, putMarksBack } from "./lifted-marks.ts";

/** How often marks are lifted while others go on marking. */
const mostLifts = 3;

/** Why nothing was removed: not because of one of the messages. */
export interface Postponed {
  readonly reason: string;
  /** Others are at work in the mailbox: it may do soon. */
  readonly isBusy: boolean;
}

/**
 * Marks and removes these messages, and no others. Those that vanish are reported in the session's view. Returns why they
 * are left for later, if they are.
 * @throws CommandRefused when they cannot be marked
 */
export async function expungeByMark(mailbox: OpenMailbox, side: Side, uids: UidSet): Promise<Postponed | undefined> {
  const session = mailbox.sessions[side];
  const [, marked] = await allDone<UidSet | void>([mark(session, uids), markedUids(session)]);
  const lifted: Lifted[] = [];
  try {
    return await expungeAmong(mailbox, side, { uids, marked: marked!, lifted });
  } finally {
    // Where the connection is gone, the next run does it.
    if (lifted.length > 0 && session.isUsable) await putMarksBack(mailbox, side, lifted);
  }
}

interface Marked {
  readonly uids: UidSet;
  /** All that are. */
  readonly marked: UidSet;
  /** Filled with those that were lifted. */
  readonly lifted: Lifted[];
}

async function expungeAmong(
  mailbox: OpenMailbox,
  side: Side,
  { uids, marked, lifted }: Marked,
): Promise<Postponed | undefined> {
  let now = marked;
  const found = (): UidSet => subtract(union(now, markedMeanwhile(mailbox, side, lifted)), uids);
  for (let lifts = 0; !isEmpty(found()); lifts++) {
    if (lifts === mostLifts) return { reason: `${others} again as soon as their marks are lifted`, isBusy: true };
    try {
      now = await liftMarks(mailbox, side, { uids: found(), lifted });
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
      return { reason: `${others}, and the server does not let these marks be lifted: ${error.words}`, isBusy: false };
    }
  }
  if (isEmpty(now)) return undefined;
  const { pending } = mailbox.views[side];
  const before = pending.vanishedLive;
  try {
    await expungeMarked(mailbox.sessions[side]);
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
    return { reason: error.words, isBusy: false };
  } finally {
    keepOthers(mailbox, side, subtract(subtract(pending.vanishedLive, before), uids));
  }
  return undefined;
}

/** By what the server reported since, if it did. */
function markedMeanwhile({ flags }: OpenMailbox, side: Side, lifted: readonly Lifted[]): UidSet {
  const isMarkedNow = (uid: number): boolean => {
    const change = flags[side].changeOf(uid);
    return change !== undefined && isMarked(change.flags) && !lifted.some(({ asked }) => hasUid(asked, uid));
  };
  return uidSetOf(flags[side].changedUids.filter(isMarkedNow));
}

const others = "the server can only delete all messages that are marked as deleted, and others are marked";

/**
 * What vanished together with ours was removed by somebody else in the same moment, or was only marked by somebody, and
 * removed by us: it is copied back from the other side.
 */
function keepOthers(mailbox: OpenMailbox, side: Side, gone: UidSet): void {
  const { store, idx, name, views, report } = mailbox;
  const other = otherSide(side);
  const pairs = store.mappings.pairsOf(idx, side, gone);
  if (pairs.length === 0) return;
  const uids = uidSetOf(pairs.map((pair) => pair[side]));
  store.mappings.remove(
    idx,
    pairs.map(({ local }) => local),
  );
  views[side].takeVanished(uids);
  takeForNew(mailbox, other, uidSetOf(pairs.map((pair) => pair[other])));
  report({ type: "others-expunged", side, mailbox: name, uids });
}
