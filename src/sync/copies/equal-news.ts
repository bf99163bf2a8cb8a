// Finds new messages that both sides have. After an older database was restored, or another program has copied between the same
// servers, neither side's message is recorded; if both were copied, each would be there twice.

import { fetchIdentities, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import { type MessageSizes, sizesOf } from "../../model/message-sizes.ts";
import { bothSides, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { emptyUidSet, hasUid, isEmpty, isSameSet, subtract, type UidSet, uidSetOf } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { pairMessages } from "../identity/pair-messages.ts";
import { adopt } from "../recovery/adopt.ts";
import { forgetChangesOf } from "../recovery/resume.ts";

/** Returns the remaining new messages of both sides, none of which is on the other side. */
export async function withoutEqualNews(mailbox: OpenMailbox, newcomers: PerSide<UidSet>): Promise<PerSide<UidSet>> {
  // A new mailbox was matched already, or is not to be.
  const isMet = sides.every((side) => mailbox.before[side] !== undefined);
  if (!isMet || sides.some((side) => isEmpty(newcomers[side]))) return newcomers;
  const identities = await bothSides((side) => identitiesOf(mailbox, side, newcomers[side]));
  const pairs = await pairMessages(mailbox, identities);
  if (pairs.length > 0) adopt(mailbox, pairs);
  const left = perSide((side) => subtract(newcomers[side], uidSetOf(pairs.map((pair) => pair[side].uid))));
  for (const side of sides)
    mailbox.prefetched[side] = { uids: left[side], sizes: Promise.resolve(sizesAmong(identities[side], left[side])) };
  return left;
}

async function identitiesOf(mailbox: OpenMailbox, side: Side, uids: UidSet): Promise<readonly MessageIdentity[]> {
  const asked = mailbox.prefetched[side];
  const identities = await asked?.identities;
  // Two such commands in flight would claim each other's answers.
  await asked?.sizes;
  if (asked !== undefined && identities !== undefined && isSameSet(asked.uids, uids)) return identities;
  forgetChangesOf(mailbox, { local: emptyUidSet, remote: emptyUidSet, [side]: uids });
  return fetchIdentities(mailbox.sessions[side], uids);
}

function sizesAmong(messages: readonly MessageIdentity[], uids: UidSet): MessageSizes {
  return sizesOf(messages.filter(({ uid }) => hasUid(uids, uid)));
}
