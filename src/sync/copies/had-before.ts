// Messages that the server says it had before they were appended. If a mailbox is a label, it has each message only once, and
// APPEND of a message that exists returns its UID. The other side may have several equal messages: then one of them gets the
// row, and the others are left alone. They are offered again later, because that one may be deleted.

import { fetchIdentities } from "../../imap/verbs/fetch.ts";
import { likeness } from "../../mail/matching/match-plan.ts";
import { InterimapError } from "../../model/errors.ts";
import { otherSide, perSide, type Side } from "../../model/side.ts";
import { hasUid, uidSetOf } from "../../model/uid-set.ts";
import { formatUidSet } from "../../model/uid-set-text.ts";
import type { Direction, OpenMailbox, Placed } from "../context/open-mailbox.ts";
import { adopt } from "../recovery/adopt.ts";
import { hadBefore } from "../refused/record-refusal.ts";

interface Appended {
  readonly sourceUids: readonly number[];
  readonly uids: readonly number[];
}

/** Notes such messages, to be settled when everything is appended. Returns false if there are none. */
export function noteHadBefore(
  { sessions, store, idx, progress }: OpenMailbox,
  { source, target }: Direction,
  { sourceUids, uids }: Appended,
): boolean {
  const { nextUid, mapped } = progress[target];
  // There is only one: such servers take one message per APPEND.
  const [uid, sourceUid] = [uids[0], sourceUids[0]];
  if (!sessions[target].capabilities.mailboxesAreLabels || uids.length !== 1) return false;
  if (uid === undefined || sourceUid === undefined || (uid >= nextUid && !hasUid(mapped, uid))) return false;
  store.transfers.noteConfirmed(idx, source, uidSetOf(sourceUids));
  progress[target].hadBefore.push({ sourceUid, uid });
  return true;
}

export function isHadBefore({ progress }: OpenMailbox, { target }: Direction, copy: Placed): boolean {
  return progress[target].hadBefore.some(({ sourceUid }) => sourceUid === copy.sourceUid);
}

/**
 * Those that nothing was paired with get a row, the others are noted.
 * @throws InterimapError MAILBOX_PROTOCOL when the server told the UID of a message that is none of theirs.
 */
export async function settleHadBefore(mailbox: OpenMailbox, target: Side): Promise<void> {
  const placed = mailbox.progress[target].hadBefore.splice(0);
  if (placed.length === 0) return;
  const { store, idx, name, report, sessions, progress } = mailbox;
  const source = otherSide(target);
  const uidsOn = perSide((side) => uidSetOf(placed.map((one) => (side === target ? one.uid : one.sourceUid))));
  const [sent, there] = await Promise.all(
    [source, target].map((side) => fetchIdentities(sessions[side], uidsOn[side], { areThere: true, withFlags: false })),
  );
  const fresh: Placed[] = [];
  for (const one of placed) {
    const message = sent?.find(({ uid }) => uid === one.sourceUid);
    const equal = there?.find(({ uid }) => uid === one.uid);
    if (message === undefined) continue;
    if (equal === undefined || !["equal", "plausible"].includes(likeness({ local: message, remote: equal })))
      throw doubt(mailbox, target, one);
    if (!progress[source].refused.has(message.uid)) fresh.push(one);
    if (store.mappings.pairsOf(idx, target, uidSetOf([one.uid])).length === 0)
      adopt(mailbox, [perSide((side) => (side === target ? equal : message))]);
    else {
      const { uid, size, messageId } = message;
      store.refusals.recordMessage(idx, { side: source, uid, size, messageId, reason: hadBefore });
    }
  }
  if (fresh.length === 0) return;
  const [sourceUids, uids] = [uidSetOf(fresh.map((one) => one.sourceUid)), uidSetOf(fresh.map(({ uid }) => uid))];
  report({ type: "messages-had-before", side: target, mailbox: name, sourceUids, uids });
}

function doubt({ progress }: OpenMailbox, side: Side, { uid }: Placed): InterimapError {
  progress[side].areCopiesDoubted = true;
  const message = `the server reported UID ${formatUidSet(uidSetOf([uid]))} for what was appended, which is another message`;
  return new InterimapError("MAILBOX_PROTOCOL", message, { side, hint: "the next run looks for it" });
}
