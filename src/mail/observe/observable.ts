// Refuses mailboxes that cannot be synchronised, whatever their server can do otherwise.

import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { InterimapError } from "../../model/errors.ts";
import type { MailboxState } from "../../model/mailbox-state.ts";
import type { Side } from "../../model/side.ts";
import { type Rung, rungOf } from "./rung.ts";

/** @throws InterimapError MAILBOX_UNSYNCABLE when nothing can be written, or it has no UIDs. */
export function requireObservable(view: MailboxView, side: Side, baseline: MailboxState | undefined): Rung {
  const flaw = flawOf(view);
  if (flaw !== undefined) throw unsyncable(flaw, side);
  return rungOf(view, baseline);
}

function flawOf({ isReadOnly, uidValidity, uidNext }: MailboxView): string | undefined {
  if (isReadOnly) return "it is read-only for this user";
  return uidValidity === 0 || uidNext === 0 ? "the server reported no UIDVALIDITY or no UIDNEXT" : undefined;
}

function unsyncable(reason: string, side: Side): InterimapError {
  return new InterimapError("MAILBOX_UNSYNCABLE", `cannot be synchronised: ${reason}`, { side });
}
