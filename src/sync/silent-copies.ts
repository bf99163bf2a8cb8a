// Copies that do not answer under the UID that the server told for them (APPENDUID, RFC 4315 3). Either somebody deleted them
// at once, which nobody tells a session that has never seen them; or the UID is wrong, and the copy is there under another.

import { selectAgain } from "../imap/channel.ts";
import { fetchIdentities } from "../imap/commands/fetch.ts";
import { InterimapError } from "../model/errors.ts";
import { otherSide, perSide, sides, type PerSide, type Side } from "../model/side.ts";
import { formatUidSet, hasUid, isEmpty, subtract, uidRange, uidSetOf, type UidSet } from "../model/uid-set.ts";
import { pairCopies } from "./altered-copies.ts";
import { identitiesOf } from "./hear-out.ts";
import type { FlaggedCopy, OpenMailbox } from "./open-mailbox.ts";
import { readBack } from "./read-back.ts";

/**
 * `uidNext`: what each side tells now, after all copies were made. Notes as vanished what was deleted at once.
 * @throws InterimapError MAILBOX_PROTOCOL when the UIDs were wrong; the copies of the round are doubted then.
 */
export async function askSilentCopies(mailbox: OpenMailbox, uidNext: PerSide<number>): Promise<void> {
  for (const target of sides) {
    const silent = await stillSilent(mailbox, target);
    if (silent.length === 0) continue;
    const uids = uidSetOf(silent.map(({ uid }) => uid));
    const unused = subtract(uids, uidRange(1, uidNext[target] - 1));
    const untrue = isEmpty(unused)
      ? await foundElsewhere(mailbox, { target, silent, uidNext: uidNext[target] })
      : unused;
    if (!isEmpty(untrue)) throw doubt(mailbox, target, untrue);
    // They are asked for once more before anything follows from it.
    mailbox.views[target].noteVanished(uids);
  }
}

/** What was appended over another connection may not have been seen the first time. */
async function stillSilent(mailbox: OpenMailbox, target: Side): Promise<readonly FlaggedCopy[]> {
  const { progress, views } = mailbox;
  const before = progress[target].silent.splice(0);
  if (before.length === 0) return before;
  // Some servers tell of what was appended with the next SELECT only (Cyrus, in a mailbox of an old format).
  await mailbox.sessions[target].run(selectAgain(views[target]));
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

function doubt({ progress }: OpenMailbox, side: Side, uids: UidSet): InterimapError {
  progress[side].areCopiesDoubted = true;
  const message = `the server told UID ${formatUidSet(uids)} for what was appended, and there is no such message`;
  return new InterimapError("MAILBOX_PROTOCOL", message, { side, hint: "it is looked for in the next run" });
}
