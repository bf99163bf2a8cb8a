// Decides by which means we learn what happened in a mailbox. Nothing else decides that, and those who ask what happened get
// the same answer on every rung.

import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { followsChanges, type MailboxState } from "../../model/mailbox-state.ts";

/**
 * `resync`: the server reports it when the mailbox is selected, and as it happens from then on (RFC 7162 3.2.5, QRESYNC).
 * `comparison`: it reports nothing of the time before, so the record has to be compared with the mailbox.
 */
export type Rung = "resync" | "comparison";

/**
 * Undefined where there is no means at all. `baseline`: what was recorded last, if anything; a state without a mod-sequence
 * is none that a server could report from.
 */
export function rungOf(
  { abilities, hasModSeqs, lacksModSeqs }: Pick<MailboxView, "abilities" | "hasModSeqs" | "lacksModSeqs">,
  baseline?: MailboxState,
): Rung | undefined {
  // RFC 7162 3.1.2: a server that has mod-sequences says one or the other of each mailbox.
  if (abilities.modSeqs && hasModSeqs === undefined) return undefined;
  if (!abilities.reportsSince || lacksModSeqs) return "comparison";
  return baseline === undefined || followsChanges(baseline) ? "resync" : "comparison";
}
