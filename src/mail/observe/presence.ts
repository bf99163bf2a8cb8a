// Finds out which messages are gone from a mailbox whose server does not tell.

import type { Channel } from "../../imap/mailbox/channel.ts";
import { existingUids } from "../../imap/verbs/search.ts";
import { emptyUidSet, intersect, isEmpty, lastUid, subtract, uidRange, type UidSet } from "../../model/uid-set.ts";
import type { Observed } from "./changes.ts";

/**
 * Whether no message can be gone: there are as many as there were, and one for each UID that was given out since. UIDs are
 * given out once (RFC 3501 2.3.1.1), so if one message more is missing than came, the numbers differ.
 */
export function seemsWhole({ view, baseline }: Observed): boolean {
  if (baseline === undefined) return true;
  const { state, messages } = baseline;
  const { existedWhenSelected: exists, uidNext } = view;
  return messages !== undefined && uidNext >= state.uidNext && exists === messages + uidNext - state.uidNext;
}

/**
 * The messages that must be there unless somebody removed them. One that was copied since may be missing because it never was
 * there, under that UID: that it does not answer says nothing.
 */
export function expected({ baseline, isAnew }: Observed): UidSet {
  if (baseline === undefined || isAnew) return emptyUidSet;
  return intersect(baseline.recorded?.() ?? emptyUidSet, uidRange(1, baseline.state.uidNext - 1));
}

/** Searches for the messages that must be there. What is missing is noted as vanished, and so is asked for once more. */
export async function noteMissing(channel: Channel, observed: Observed): Promise<void> {
  const { view } = observed;
  const recorded = expected(observed);
  if (isEmpty(recorded)) return;
  const { removals } = view;
  // A range is short to send, however many messages are between.
  const there = await existingUids(channel, uidRange(1, lastUid(recorded)));
  view.knowFirst(there, removals);
  view.pending.noteVanished(subtract(recorded, there));
}
