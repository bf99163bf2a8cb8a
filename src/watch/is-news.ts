// Whether a server's words about a mailbox go beyond what is recorded. Pure.

import type { MailboxStatusResponse } from "../imap/responses.ts";
import { followsChanges, type Recorded } from "../model/mailbox-state.ts";

/**
 * True if there is something to synchronise. What a server reports by itself (RFC 5465) has only some of the numbers, and may
 * be older than our record, which already includes our own changes.
 */
export function isNews(now: MailboxStatusResponse, recorded: Recorded | undefined): boolean {
  if (recorded === undefined || !followsChanges(recorded)) return true;
  const { uidValidity = recorded.uidValidity, uidNext = 0, highestModSeq } = now;
  if (uidValidity !== recorded.uidValidity || uidNext > recorded.uidNext) return true;
  // Every expunge and every change of flags raises it (RFC 7162 3.1.2.1); without it nothing can be said.
  if (highestModSeq === undefined || highestModSeq > recorded.highestModSeq) return true;
  return uidNext === recorded.uidNext && highestModSeq === recorded.highestModSeq && hasOtherNumber(now, recorded);
}

/**
 * As {@link isNews}, for a server that we asked after a look: if it does not report every change, its answer never quite
 * matches the record, and the next look finds the rest.
 */
export function isMore(now: MailboxStatusResponse, recorded: Recorded | undefined): boolean {
  if (recorded === undefined || followsChanges(recorded)) return isNews(now, recorded);
  const isOther = (now.uidValidity ?? recorded.uidValidity) !== recorded.uidValidity;
  return isOther || (now.uidNext ?? 0) > recorded.uidNext || hasOtherNumber(now, recorded);
}

/**
 * Whether a server's numbers are below the recorded ones. Mostly they date from before our own changes. But if one is wrong,
 * nothing shows whether there is something new.
 */
export function isBehind({ uidNext, highestModSeq }: MailboxStatusResponse, recorded: Recorded | undefined): boolean {
  if (recorded === undefined) return false;
  return (uidNext ?? Infinity) < recorded.uidNext || (highestModSeq ?? recorded.highestModSeq) < recorded.highestModSeq;
}

/** Whether the numbers allow that messages of the last checkpoint are gone. A server that reports no count shows no loss. */
export function mayHaveLost(now: MailboxStatusResponse, recorded: Recorded | undefined): boolean {
  if (recorded === undefined || now.messages === undefined) return false;
  const arrived = Math.max(0, (now.uidNext ?? recorded.uidNext) - recorded.uidNext);
  return recorded.messages === undefined || now.messages < recorded.messages + arrived;
}

/** Whether the name belongs to another mailbox, or this one was created anew. */
export function isAnother(now: MailboxStatusResponse | undefined, recorded: Recorded | undefined): boolean {
  return now?.uidValidity !== undefined && recorded !== undefined && now.uidValidity !== recorded.uidValidity;
}

function hasOtherNumber({ messages }: MailboxStatusResponse, recorded: Recorded): boolean {
  return messages !== undefined && recorded.messages !== undefined && messages !== recorded.messages;
}
