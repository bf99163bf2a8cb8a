// Messages with a UID that UIDNEXT rules out. No message has a UID as high as UIDNEXT (RFC 3501 2.3.1.1), so none is looked for
// there, unless the server counts more messages than can be below.

import { existingUids } from "../../imap/verbs/search.ts";
import { type Side, sides } from "../../model/side.ts";
import { countUids, maxUid, subtract, uidRange, type UidSet, union } from "../../model/uid-set.ts";
import { type OpenMailbox, uidLimit } from "../context/open-mailbox.ts";
import { refusedUids } from "../refused/record-refusal.ts";

/**
 * To be called before anything is matched: if a message were found only after its copy was made, it would be there twice.
 */
export async function findStrays(mailbox: OpenMailbox): Promise<void> {
  for (const side of sides) {
    const uidNext = uidLimit(mailbox, side);
    const { existedWhenSelected: exists } = mailbox.views[side];
    const isSuspect = exists >= uidNext || (mailbox.interrupted !== undefined && exists > mostBelow(mailbox, side));
    if (isSuspect) mailbox.progress[side].strays = await straysFrom(mailbox, side, uidNext);
  }
}

/** Messages without a row that have this UID or a higher one. */
export function straysFrom(mailbox: OpenMailbox, side: Side, uidNext: number): Promise<UidSet> {
  const { store, idx, sessions } = mailbox;
  const known = union(store.mappings.uids(idx, side), refusedUids(mailbox, side));
  return existingUids(sessions[side], subtract(uidRange(uidNext, maxUid), known));
}

/** The largest possible number of messages: those that are recorded, and one for each free UID below UIDNEXT. */
function mostBelow(mailbox: OpenMailbox, side: Side): number {
  const { store, idx, progress } = mailbox;
  const refused = refusedUids(mailbox, side);
  const fresh = subtract(
    uidRange(progress[side].floor, uidLimit(mailbox, side) - 1),
    union(progress[side].mapped, refused),
  );
  return store.mappings.count(idx) + countUids(refused) + countUids(fresh);
}
