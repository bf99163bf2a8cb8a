// Finds out which messages are gone if the server does not report it.

import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { mailboxProtocol } from "../../imap/mailbox/unreadable.ts";
import { noop } from "../../imap/verbs/mailbox.ts";
import { existingUids } from "../../imap/verbs/search.ts";
import {
  countUids,
  emptyUidSet,
  intersect,
  isEmpty,
  lastUid,
  subtract,
  uidRange,
  type UidSet,
} from "../../model/uid-set.ts";
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
 * The messages that must be there unless somebody removed them. A message that was copied since may be missing because it never
 * was there under that UID. So its absence proves nothing.
 */
export function expected({ baseline, isAnew }: Observed): UidSet {
  if (baseline === undefined || isAnew) return emptyUidSet;
  return intersect(baseline.recorded?.() ?? emptyUidSet, uidRange(1, baseline.state.uidNext - 1));
}

interface Told {
  readonly there: UidSet;
  /** All messages up to this UID have been asked for. */
  readonly last: number;
}

/**
 * A message that a server leaves out of its answer, but counts, is not gone.
 * @throws InterimapError MAILBOX_PROTOCOL
 */
export async function requireWhole(channel: Channel, view: MailboxView, told: Told): Promise<void> {
  if (untold(view, told) <= 0) return;
  // They may have gone since they were counted; the server reports that now at the latest.
  await noop(channel);
  const more = untold(view, told);
  if (more <= 0) return;
  const message = `the server counts ${String(view.exists)} messages but does not list ${String(more)} of them`;
  throw mailboxProtocol(message, channel.side);
}

/** Beyond the messages that were asked for, there may be one for each UID that was given out. */
function untold({ exists, existedWhenSelected, removals, uidNext }: MailboxView, { there, last }: Told): number {
  return Math.min(exists, existedWhenSelected - removals) - Math.max(0, uidNext - 1 - last) - countUids(there);
}

/** Searches for the messages that must be there. Missing ones are noted as vanished, and so asked for once more. */
export async function noteMissing(channel: Channel, observed: Observed): Promise<void> {
  const { view } = observed;
  const recorded = expected(observed);
  if (isEmpty(recorded)) return;
  const { removals } = view;
  // A range is short to send, however many messages are between.
  const there = await existingUids(channel, uidRange(1, lastUid(recorded)));
  await requireWhole(channel, view, { there, last: lastUid(recorded) });
  view.knowFirst(there, removals);
  view.pending.noteVanished(subtract(recorded, there));
}
