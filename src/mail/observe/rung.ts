// Decides by which means we learn what happened in a mailbox. Nothing else decides that, and callers get the same answer on
// every rung.

import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { followsChanges, type MailboxState } from "../../model/mailbox-state.ts";

/**
 * `resync`: the server reports it when the mailbox is selected, and as it happens from then on (RFC 7162 3.2.5, QRESYNC).
 * `mod-sequences`: it reports which flags changed; numbers and a search show what vanished (RFC 7162 3.1, CONDSTORE).
 * `full-look`: it lists everything, and we compare all of it with what is known (RFC 3501).
 */
export type Rung = "resync" | "mod-sequences" | "full-look";

/** `baseline`: what was recorded last, if anything; without a mod-sequence, a server cannot report from it. */
export function rungOf(
  { abilities, lacksModSeqs }: Pick<MailboxView, "abilities" | "lacksModSeqs">,
  baseline?: MailboxState,
): Rung {
  if (lacksModSeqs || (baseline !== undefined && !followsChanges(baseline))) return "full-look";
  return abilities.reportsSince ? "resync" : "mod-sequences";
}
