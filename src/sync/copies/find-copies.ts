// Copies whose UIDs the server did not tell (RFC 4315 3 has it tell them) are looked for among what came to the target since.

import { fetchIdentities } from "../../imap/verbs/fetch.ts";
import { noop } from "../../imap/verbs/mailbox.ts";
import { planCopiesFound } from "../../mail/matching/match-plan.ts";
import { perSide } from "../../model/side.ts";
import { emptyUidSet, isEmpty, maxUid, subtract, uidRange } from "../../model/uid-set.ts";
import type { Direction, OpenMailbox } from "../context/open-mailbox.ts";
import { identitiesOf } from "../mailbox/hear-out.ts";
import { adopt } from "../recovery/adopt.ts";
import { recordRefusal } from "../refused/record-refusal.ts";

/** Pairs them, or else leaves them out: copied again without a look they would be there twice. */
export async function findCopies(mailbox: OpenMailbox, direction: Direction): Promise<void> {
  const { source, target } = direction;
  const { store, idx, name, sessions, flags, progress, report } = mailbox;
  const { unnamed } = progress[source];
  if (isEmpty(unnamed)) return;
  progress[source].unnamed = emptyUidSet;
  // What another connection appended shows only after this.
  await noop(sessions[target]);
  const { nextUid } = progress[target];
  const candidates = subtract(uidRange(nextUid, maxUid), store.mappings.uids(idx, target, nextUid));
  const sent = await fetchIdentities(sessions[source], unnamed, { areThere: true });
  const arrived = await identitiesOf(mailbox, target, candidates);
  const pairs = planCopiesFound(
    direction,
    perSide((side) => (side === source ? sent : arrived)),
  );
  for (const { uid } of pairs.map((pair) => pair[target])) flags[target].discard(uid);
  adopt(mailbox, pairs);
  const [sourceUids, uids] = [source, target].map((side) => pairs.map((pair) => pair[side].uid));
  if (pairs.length > 0)
    report({ type: "messages-added", side: target, mailbox: name, sourceUids: sourceUids!, uids: uids! });
  const found = new Set(pairs.map((pair) => pair[source]));
  const reason = `the ${target} server accepted it without reporting its UID, and other messages there look the same`;
  for (const message of sent.filter((one) => !found.has(one)))
    recordRefusal(mailbox, direction, { ...message, reason });
}
