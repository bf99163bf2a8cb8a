// Removes messages if we cannot tell the server which ones (no UIDPLUS, RFC 4315): EXPUNGE removes all marked messages, whoever
// marked them. So the marks of others' messages are lifted before, and put back afterwards. Between the last look at the marks
// and EXPUNGE, another client can mark a message, which is then removed. The protocol cannot prevent that; such a message is
// copied again.

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

/** Why nothing was removed, if not because of one of the messages. */
export interface Postponed {
  readonly reason: string;
  /** Others are at work in the mailbox: it may work soon. */
  readonly isBusy: boolean;
}

/**
 * Marks and removes these messages, and no others. Those that vanish are reported in the session's view. Returns the reason if
 * they are left for later.
 * @throws CommandRefused if they cannot be marked
 */
export async function expungeByMark(mailbox: OpenMailbox, side: Side, uids: UidSet): Promise<Postponed | undefined> {
  const session = mailbox.sessions[side];
  const [, marked] = await allDone<UidSet | void>([mark(session, uids), markedUids(session)]);
  const lifted: Lifted[] = [];
  try {
    return await expungeAmong(mailbox, side, { uids, marked: marked!, lifted });
  } finally {
    // If the connection is gone, the next run does it.
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

/** According to the server's reports since then, if there were any. */
function markedMeanwhile({ flags }: OpenMailbox, side: Side, lifted: readonly Lifted[]): UidSet {
  const isMarkedNow = (uid: number): boolean => {
    const change = flags[side].changeOf(uid);
    return change !== undefined && isMarked(change.flags) && !lifted.some(({ asked }) => hasUid(asked, uid));
  };
  return uidSetOf(flags[side].changedUids.filter(isMarkedNow));
}

const others = "the server can only delete all messages that are marked as deleted, and others are marked";

/**
 * If other messages vanished together with ours, somebody else removed them in the same moment, or somebody marked them and we
 * removed them. They are copied back from the other side.
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
