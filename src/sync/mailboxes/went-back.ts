// Servers that were put back to an earlier state, or set up anew: what they do not have, nobody need have deleted. Pure.

import { continues, type MailboxState } from "../../model/mailbox-state.ts";
import type { Side } from "../../model/side.ts";
import type { KnownMailbox } from "./mailbox-plan.ts";

/** `stateOf`: what its server says of the mailbox now; undefined: nothing that counts. */
export function hasGoneBack(
  side: Side,
  known: Iterable<KnownMailbox>,
  stateOf: (mailbox: KnownMailbox) => MailboxState | undefined,
): boolean {
  return [...known].some((one) => {
    const [now, before] = [stateOf(one), one.states[side]];
    if (now === undefined || before === undefined) return false;
    return now.uidValidity === before.uidValidity ? !continues(now, before) : one.name === "INBOX";
  });
}
