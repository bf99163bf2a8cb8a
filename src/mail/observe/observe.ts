// Finds out what happened in a mailbox, with one interface for all kinds of servers.

import type { Channel } from "../../imap/mailbox/channel.ts";
import type { Observation } from "../../model/mailbox-state.ts";
import { lookAgain, lookInFull, observeByLooking } from "./by-full-look.ts";
import { againByModSeqs, observeByModSeqs } from "./by-mod-seqs.ts";
import { againByQresync, observeByQresync } from "./by-qresync.ts";
import type { Again, Baseline, Observed } from "./changes.ts";
import { stateNow } from "./state-now.ts";

/**
 * Selects the mailbox and finds out what happened in it since `baseline`; with none, everything is new. It goes on being
 * observed while it is selected. The first command is on its way when this returns, so that others can follow in the packet.
 * @throws InterimapError MAILBOX_UNSYNCABLE when it cannot be observed or written to; MAILBOX_PROTOCOL when what the server
 * says of it cannot be read. CommandRefused when it cannot be selected.
 */
export async function observe(channel: Channel, wireName: string, baseline?: Baseline): Promise<Observed> {
  const { modSeqs, reportsSince } = channel.abilities;
  if (!modSeqs) return observeByLooking(channel, wireName, baseline);
  const observed = await (reportsSince ? observeByQresync : observeByModSeqs)(channel, wireName, baseline);
  // SELECT shows which mailboxes have no mod-sequences.
  if (observed.rung === "full-look") await lookInFull(channel, observed);
  return observed;
}

/**
 * Lets the server report again what happened in the mailbox, appended messages included. The reports go into the view.
 */
export async function observeAgain(channel: Channel, observed: Observed, again: Again = {}): Promise<void> {
  observed.view.hasUnnamedNews = false;
  if (channel.abilities.reportsSince) await againByQresync(channel, observed, again);
  else if (observed.rung === "mod-sequences") await againByModSeqs(channel, observed, again);
  if (observed.rung === "full-look") await lookAgain(channel, observed);
}

/**
 * The present state. Everything that led to it is then in the view, so that a checkpoint never covers an unknown change.
 * @throws InterimapError MAILBOX_PROTOCOL when the server does not report its state.
 */
export async function observeNow(channel: Channel, observed: Observed): Promise<Observation> {
  const { view } = observed;
  // Everything up to here is known, whatever STATUS includes.
  const { uidValidity, uidNext, highestModSeq } = view;
  const now = await stateNow(channel, observed);
  if (view.hasUnnamedNews) await observeAgain(channel, observed, { since: { uidValidity, uidNext, highestModSeq } });
  return now;
}
