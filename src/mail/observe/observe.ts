// Finds out what happened in a mailbox, in the same way whatever its server can do.

import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import type { Observation } from "../../model/mailbox-state.ts";
import { againByQresync, nowByQresync, observeByQresync } from "./by-qresync.ts";
import type { Again, Baseline, Observed } from "./changes.ts";

/**
 * Selects the mailbox and finds out what happened in it since `baseline`; with none, everything is new. It goes on being
 * observed while it is selected. The first command is on its way when this returns, so that others can follow in the packet.
 * @throws InterimapError MAILBOX_UNSYNCABLE when it cannot be observed or written to; MAILBOX_PROTOCOL when what the server
 * says of it cannot be read. CommandRefused when it cannot be selected.
 */
export function observe(channel: Channel, wireName: string, baseline?: Baseline): Promise<Observed> {
  return observeByQresync(channel, wireName, baseline);
}

/** Has the server report once more what happened in the mailbox, appended messages included. It comes into the view. */
export async function observeAgain(channel: Channel, view: MailboxView, again: Again = {}): Promise<void> {
  await channel.run(againByQresync(view, again));
}

/**
 * What the state is now. All that led to it is in the view then, so that a checkpoint never covers a change that nobody has
 * heard of.
 * @throws InterimapError MAILBOX_PROTOCOL when the server does not report its state.
 */
export function observeNow(channel: Channel, view: MailboxView): Promise<Observation> {
  return nowByQresync(channel, view);
}
