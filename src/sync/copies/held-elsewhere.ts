// New messages that the other server has already, in another mailbox: it is asked to copy them there. So nothing is fetched or sent
// for what somebody copied, and for what was moved out of a mailbox of whose loss nobody has heard yet.

import { fetchIdentities, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import type { MessageSizes } from "../../model/message-sizes.ts";
import { perSide } from "../../model/side.ts";
import { emptyUidSet, hasUid, isEmpty, type UidSet, union } from "../../model/uid-set.ts";
import { groupBy } from "../../util/group-by.ts";
import type { Direction, OpenMailbox } from "../context/open-mailbox.ts";
import { forgetChangesOf } from "../recovery/resume.ts";
import { copyFromMailbox } from "./copy-from-mailbox.ts";

/** Slice by slice, what has to be fetched and appended. */
export async function* withoutHeld(
  mailbox: OpenMailbox,
  direction: Direction,
  slices: Iterable<MessageSizes> | AsyncIterable<MessageSizes>,
): AsyncGenerator<MessageSizes, void, undefined> {
  const { elsewhere } = mailbox;
  for await (const slice of slices) {
    // Copied and moved messages keep their date (RFC 3501 6.4.7): mail that just came is not looked for.
    const old = elsewhere === undefined ? emptyUidSet : slice.datedUpTo(elsewhere.since);
    const held = isEmpty(old) ? emptyUidSet : await copyHeld(mailbox, direction, old);
    yield isEmpty(held) ? slice : slice.without(held);
  }
}

/** How many rows are looked at for one slice; there may be very many of the same looks. */
const mostRows = 20_000;

/** Returns those of the messages that the target has copied. */
async function copyHeld(mailbox: OpenMailbox, direction: Direction, uids: UidSet): Promise<UidSet> {
  const { store, idx, sessions, stop } = mailbox;
  const { source, target } = direction;
  forgetChangesOf(
    mailbox,
    perSide((side) => (side === source ? uids : emptyUidSet)),
  );
  const named = (await fetchIdentities(sessions[source], uids)).filter(({ messageId }) => messageId !== undefined);
  const likes = store.fingerprints.like(source, named.map(fingerprint), mostRows);
  let left: readonly MessageIdentity[] = named;
  let held = emptyUidSet;
  for (const [from, rows] of groupBy(likes, (row) => row.idx)) {
    const other = from === idx ? undefined : mailbox.elsewhere?.mailbox(from, target);
    if (other === undefined || left.length === 0 || stop.aborted) continue;
    const copied = await copyFromMailbox(mailbox, direction, { other, rows, messages: left });
    held = union(held, copied);
    left = left.filter(({ uid }) => !hasUid(copied, uid));
  }
  return held;
}
