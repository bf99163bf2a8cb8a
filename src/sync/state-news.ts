// Whether what a server says of a mailbox goes beyond what was recorded of it. Pure.

import type { MailboxStatusResponse } from "../imap/responses.ts";
import type { MailboxState } from "../model/mailbox-state.ts";

/**
 * True when there is something to synchronise. What a server tells by itself (RFC 5465) has only some of the numbers in
 * it, and may be older than our record, in which our own changes are counted in already.
 */
export function isNews(now: MailboxStatusResponse, recorded: MailboxState | undefined): boolean {
  if (recorded === undefined) return true;
  const { uidValidity = recorded.uidValidity, uidNext = 0, highestModSeq } = now;
  if (uidValidity !== recorded.uidValidity || uidNext > recorded.uidNext) return true;
  // Every expunge and every change of flags raises it (RFC 7162 3.1.2.1); without it nothing can be said.
  return highestModSeq === undefined || highestModSeq > recorded.highestModSeq;
}
