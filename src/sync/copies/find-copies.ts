// Searches for copies whose UIDs the server did not report (RFC 4315 3), among what has arrived at the target since.

import { fetchIdentities, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import { noop } from "../../imap/verbs/mailbox.ts";
import { planCopiesFound, without } from "../../mail/matching/match-plan.ts";
import { type PerSide, perSide } from "../../model/side.ts";
import { emptyUidSet, isEmpty, maxUid, subtract, uidRange } from "../../model/uid-set.ts";
import type { Direction, OpenMailbox } from "../context/open-mailbox.ts";
import { pairCopies } from "../identity/pair-messages.ts";
import { identitiesOf } from "../mailbox/hear-out.ts";
import { adopt } from "../recovery/adopt.ts";
import { forgetChangesOf } from "../recovery/resume.ts";
import { recordRefusal } from "../refused/record-refusal.ts";

interface Found {
  readonly sent: readonly MessageIdentity[];
  readonly arrived: readonly MessageIdentity[];
}

/**
 * If others have delivered messages too, those that look the same are read, so that theirs are not taken for copies.
 */
async function pairFound(
  mailbox: OpenMailbox,
  direction: Direction,
  { sent, arrived }: Found,
): Promise<readonly PerSide<MessageIdentity>[]> {
  const { source, target } = direction;
  const all = perSide((side) => (side === source ? sent : arrived));
  if (arrived.length <= sent.length) return planCopiesFound(direction, all);
  const pairs = await pairCopies(mailbox, all);
  const left = { ...all, [source]: without(sent, pairs, source), [target]: without(arrived, pairs, target) };
  return [...pairs, ...planCopiesFound(direction, left)];
}

/** Pairs copies, or leaves their originals out: copied again without a check, they would be there twice. */
export async function findCopies(mailbox: OpenMailbox, direction: Direction): Promise<void> {
  const { source, target } = direction;
  const { store, idx, name, sessions, progress, report } = mailbox;
  const { unnamed } = progress[source];
  if (isEmpty(unnamed)) return;
  progress[source].unnamed = emptyUidSet;
  // Messages appended over another connection show only after this.
  await noop(sessions[target]);
  const { nextUid } = progress[target];
  const candidates = subtract(uidRange(nextUid, maxUid), store.mappings.uids(idx, target, nextUid));
  forgetChangesOf(
    mailbox,
    perSide((side) => (side === source ? unnamed : candidates)),
  );
  const sent = await fetchIdentities(sessions[source], unnamed, { areThere: true });
  const arrived = await identitiesOf(mailbox, target, candidates);
  const pairs = await pairFound(mailbox, direction, { sent, arrived });
  adopt(mailbox, pairs);
  const [sourceUids, uids] = [source, target].map((side) => pairs.map((pair) => pair[side].uid));
  if (pairs.length > 0)
    report({ type: "messages-added", side: target, mailbox: name, sourceUids: sourceUids!, uids: uids! });
  const reason = `the ${target} server accepted it without reporting its UID, and other messages there look the same`;
  for (const message of without(sent, pairs, source)) recordRefusal(mailbox, direction, { ...message, reason });
}
