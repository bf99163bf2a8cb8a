// Copies that are not found under the UID that the server reported (APPENDUID, RFC 4315 3). Somebody deleted them at once, and
// the server says so when asked for everything since. Or the UID is wrong, and the copy has another one. Or the server accepted
// the message and does not have it. Also copies whose UID belongs to another message.

import { observeAgain } from "../../mail/observe/observe.ts";
import { InterimapError } from "../../model/errors.ts";
import { otherSide, type PerSide, type Side, sides } from "../../model/side.ts";
import { emptyUidSet, hasUid, isEmpty, subtract, uidRange, type UidSet, uidSetOf, union } from "../../model/uid-set.ts";
import { formatUidSet } from "../../model/uid-set-text.ts";
import type { FlaggedCopy, OpenMailbox } from "../context/open-mailbox.ts";
import { readBack } from "../flags/read-back.ts";
import { recordRefusal } from "../refused/record-refusal.ts";
import { findWrongUids, near } from "./wrong-uids.ts";

/**
 * `uidNext`: what each side tells now, after all copies were made. Notes as refused what is gone without a word.
 * @throws InterimapError MAILBOX_PROTOCOL when UIDs were wrong; the copies that the side got in this round are doubted then.
 */
export async function requireTrueUids(mailbox: OpenMailbox, uidNext: PerSide<number>): Promise<void> {
  const doubts: InterimapError[] = [];
  // Each fetches from both sides. Everything is examined before the round is given up, because both servers may be wrong.
  for (const target of sides) {
    const untrue = await findUntrue(mailbox, target, uidNext[target]);
    if (!isEmpty(untrue)) doubts.push(doubt(mailbox, target, untrue));
  }
  if (doubts[0] !== undefined) throw doubts[0];
}

async function findUntrue(mailbox: OpenMailbox, target: Side, uidNext: number): Promise<UidSet> {
  const { store, idx, progress, views } = mailbox;
  const { copied, nextUid, mapped } = progress[target];
  progress[target].copied = emptyUidSet;
  const silent = progress[target].silent.length === 0 ? [] : await stillSilent(mailbox, target);
  const arrived = subtract(uidRange(nextUid, uidNext - 1), mapped);
  const unrecorded = silent.length === 0 ? near(arrived, copied) : arrived;
  if (silent.length === 0 && isEmpty(unrecorded)) return emptyUidSet;
  const uids = uidSetOf(silent.map(({ uid }) => uid));
  const unused = subtract(uids, uidRange(1, uidNext - 1));
  if (!isEmpty(unused)) return unused;
  // If it was there and was deleted, the server has reported that.
  const about = union(uids, subtract(near(copied, unrecorded), views[target].pending.vanished));
  const rows = store.mappings.pairsOf(idx, target, about);
  const untrue = await findWrongUids(mailbox, { target, rows, unrecorded });
  if (isEmpty(untrue)) noteMissing(mailbox, target, silent);
  return untrue;
}

/** The first look may have missed what was appended over another connection. */
async function stillSilent(mailbox: OpenMailbox, target: Side): Promise<readonly FlaggedCopy[]> {
  const { progress, views } = mailbox;
  const before = progress[target].silent.splice(0);
  // A deletion before we had seen the copy is told only by what happened since the first SELECT; and some servers show what
  // was appended with the next SELECT only (Cyrus, in a mailbox of an old format).
  const view = views[target];
  await observeAgain(mailbox.sessions[target], mailbox.observed[target], { since: view.whenSelected });
  await readBack(mailbox, { source: otherSide(target), target }, before);
  const { vanished } = views[target].pending;
  return progress[target].silent.splice(0).filter(({ uid }) => !hasUid(vanished, uid));
}

/** Nobody reported a deletion, so nothing is deleted on the other side. The messages are offered again later. */
function noteMissing(mailbox: OpenMailbox, target: Side, silent: readonly FlaggedCopy[]): void {
  const { store, idx } = mailbox;
  const direction = { source: otherSide(target), target };
  const reason = `the ${target} server accepted it but does not have it`;
  store.transaction(() => {
    const rows = store.mappings.pairsOf(idx, target, uidSetOf(silent.map(({ uid }) => uid)));
    store.mappings.remove(
      idx,
      rows.map(({ local }) => local),
    );
    for (const { sourceUid } of silent)
      recordRefusal(mailbox, direction, { uid: sourceUid, size: 0, messageId: undefined, reason });
  });
}

function doubt({ progress }: OpenMailbox, side: Side, uids: UidSet): InterimapError {
  progress[side].areCopiesDoubted = true;
  const message = `the server reported UID ${formatUidSet(uids)} for what was appended, but has no such message`;
  return new InterimapError("MAILBOX_PROTOCOL", message, { side, hint: "the next run looks for it" });
}
