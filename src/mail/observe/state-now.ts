// Asks for the state of the selected mailbox, and has the server report what led to it.

import type { Channel } from "../../imap/mailbox/channel.ts";
import { selectAgain } from "../../imap/mailbox/select-command.ts";
import { toldState } from "../../imap/mailbox/told-state.ts";
import { noop, status } from "../../imap/verbs/mailbox.ts";
import { InterimapError } from "../../model/errors.ts";
import type { MailboxState, Observation } from "../../model/mailbox-state.ts";
import type { Observed } from "./changes.ts";

/**
 * STATUS goes first: the NOOP after it reports, at the latest, everything that STATUS has counted.
 * @throws InterimapError MAILBOX_PROTOCOL when the server does not report its state.
 */
export async function stateNow(channel: Channel, { view }: Observed): Promise<Observation> {
  // Changes that come together with the answer may be later than it.
  const { latestModSeq } = view;
  const [told] = await Promise.all([status(channel, view.wireName), noop(channel)]);
  const state = toldState(told, view.abilities) ?? (await selectForState(channel, view));
  const isSame = state.uidValidity === view.uidValidity && !view.isReplaced;
  if (isSame) view.noteHighestModSeq(state.highestModSeq);
  return { ...state, messages: told.messages, latestModSeq };
}

/** Some servers answer STATUS with fewer items than requested, or with none. */
async function selectForState(channel: Channel, view: Observed["view"]): Promise<MailboxState> {
  const selecting = channel.run(selectAgain(view));
  view.uidNext = 0;
  await selecting;
  const { uidValidity, uidNext, highestModSeq } = view;
  if (uidNext > 0) return { uidValidity, uidNext, highestModSeq };
  throw new InterimapError("MAILBOX_PROTOCOL", "the server reports no UIDNEXT, neither in STATUS nor in SELECT", {
    side: channel.side,
  });
}
