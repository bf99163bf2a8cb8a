// Opens mailboxes for the rungs that observe them, and refuses those that cannot be synchronised on any rung.

import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { statusIfAny } from "../../imap/verbs/mailbox.ts";
import { InterimapError } from "../../model/errors.ts";
import type { Side } from "../../model/side.ts";
import { type Baseline, Observed } from "./changes.ts";
import { rungOf } from "./rung.ts";

/**
 * What is known of a selected mailbox so far.
 * @throws InterimapError MAILBOX_UNSYNCABLE if it is read-only, or has no UIDs.
 */
export async function opened(channel: Channel, view: MailboxView, baseline?: Baseline): Promise<Observed> {
  if (view.uidNext === 0) await askForUidNext(channel, view);
  const flaw = flawOf(view);
  if (flaw !== undefined) throw unsyncable(flaw, channel.side);
  const observed = new Observed(view, { rung: rungOf(view, baseline?.state), baseline });
  if (observed.isAnew) forgetReports(view);
  return observed;
}

/** They are about messages of another mailbox, or of this one before its UIDs changed their meaning. */
function forgetReports(view: MailboxView): void {
  view.pending.takeAllChanges();
  view.takeVanished(view.pending.vanished);
}

/** Old servers report it only when they are asked (RFC 3501 6.3.1). */
async function askForUidNext(channel: Channel, view: MailboxView): Promise<void> {
  const { uidNext = 0 } = (await statusIfAny(channel, view.wireName)) ?? {};
  // The number may include messages that came meanwhile: the next look finds them.
  view.uidNext = Math.max(view.uidNext, uidNext);
  view.whenSelected = { ...view.whenSelected, uidNext: view.uidNext };
}

function flawOf({ isReadOnly, uidValidity, uidNext }: MailboxView): string | undefined {
  if (isReadOnly) return "it is read-only for this user";
  return uidValidity === 0 || uidNext === 0 ? "the server reported no UIDVALIDITY or no UIDNEXT" : undefined;
}

function unsyncable(reason: string, side: Side): InterimapError {
  return new InterimapError("MAILBOX_UNSYNCABLE", `cannot be synchronised: ${reason}`, { side });
}
