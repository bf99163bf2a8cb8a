// Copies that do not answer under the UID that the server told for them (APPENDUID, RFC 4315 3). Somebody deleted them at once,
// which the server tells when it is asked for all that happened since; or the UID is wrong, and the copy is there under
// another; or the server took the message and does not have it.

import { selectAgain } from "../imap/channel.ts";
import { fetchIdentities } from "../imap/commands/fetch.ts";
import { InterimapError } from "../model/errors.ts";
import { otherSide, perSide, sides, type PerSide, type Side } from "../model/side.ts";
import { formatUidSet, hasUid, isEmpty, subtract, uidRange, uidSetOf, type UidSet } from "../model/uid-set.ts";
import { pairCopies } from "./altered-copies.ts";
import { identitiesOf } from "./hear-out.ts";
import type { FlaggedCopy, OpenMailbox } from "./open-mailbox.ts";
import { readBack } from "./read-back.ts";
import { recordRefusal } from "./refusals.ts";

/**
 * `uidNext`: what each side tells now, after all copies were made. Notes as refused what is gone without a word.
 * @throws InterimapError MAILBOX_PROTOCOL when the UIDs were wrong; the copies of the round are doubted then.
 */
export async function askSilentCopies(mailbox: OpenMailbox, uidNext: PerSide<number>): Promise<void> {
  for (const target of sides) {
    if (mailbox.progress[target].silent.length === 0) continue;
    const silent = await stillSilent(mailbox, target);
    if (silent.length === 0) continue;
    const uids = uidSetOf(silent.map(({ uid }) => uid));
    const unused = subtract(uids, uidRange(1, uidNext[target] - 1));
    const untrue = isEmpty(unused)
      ? await foundElsewhere(mailbox, { target, silent, uidNext: uidNext[target] })
      : unused;
    if (!isEmpty(untrue)) throw doubt(mailbox, target, untrue);
    noteMissing(mailbox, target, silent);
  }
}

/** What was appended over another connection may not have been seen the first time. */
async function stillSilent(mailbox: OpenMailbox, target: Side): Promise<readonly FlaggedCopy[]> {
  const { progress, views } = mailbox;
  const before = progress[target].silent.splice(0);
  // A deletion before we had seen the copy is told only by what happened since the first SELECT; and some servers show what
  // was appended with the next SELECT only (Cyrus, in a mailbox of an old format).
  const view = views[target];
  await mailbox.sessions[target].run(selectAgain(view, view.whenSelected.highestModSeq));
  await readBack(mailbox, { source: otherSide(target), target }, before);
  const { vanished } = views[target];
  return progress[target].silent.splice(0).filter(({ uid }) => !hasUid(vanished, uid));
}

interface Silent {
  readonly target: Side;
  readonly silent: readonly FlaggedCopy[];
  readonly uidNext: number;
}

/** The UIDs told for messages of which there is a copy all the same, and of that copy nothing is recorded. */
async function foundElsewhere(mailbox: OpenMailbox, { target, silent, uidNext }: Silent): Promise<UidSet> {
  const source = otherSide(target);
  const { nextUid, mapped } = mailbox.progress[target];
  const arrived = await identitiesOf(mailbox, target, subtract(uidRange(nextUid, uidNext - 1), mapped));
  if (arrived.length === 0) return uidSetOf([]);
  const sent = await fetchIdentities(mailbox.sessions[source], uidSetOf(silent.map(({ sourceUid }) => sourceUid)));
  const pairs = await pairCopies(
    mailbox,
    perSide((side) => (side === source ? sent : arrived)),
  );
  const found = new Set(pairs.map((pair) => pair[source].uid));
  return uidSetOf(silent.filter(({ sourceUid }) => found.has(sourceUid)).map(({ uid }) => uid));
}

/** Nobody says that they were deleted, so nothing is deleted on the other side. They are offered again in time. */
function noteMissing(mailbox: OpenMailbox, target: Side, silent: readonly FlaggedCopy[]): void {
  const { store, idx } = mailbox;
  const direction = { source: otherSide(target), target };
  const reason = `the ${target} server took it, but does not have it`;
  store.transaction(() => {
    const rows = store.pairsOf(idx, target, uidSetOf(silent.map(({ uid }) => uid)));
    store.removeMappings(
      idx,
      rows.map(({ local }) => local),
    );
    for (const { sourceUid } of silent)
      recordRefusal(mailbox, direction, { uid: sourceUid, size: 0, messageId: undefined, reason });
  });
}

function doubt({ progress }: OpenMailbox, side: Side, uids: UidSet): InterimapError {
  progress[side].areCopiesDoubted = true;
  const message = `the server told UID ${formatUidSet(uids)} for what was appended, and there is no such message`;
  return new InterimapError("MAILBOX_PROTOCOL", message, { side, hint: "it is looked for in the next run" });
}
