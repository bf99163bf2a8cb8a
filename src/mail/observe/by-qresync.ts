// Observes a mailbox by QRESYNC: the server reports what happened since a known state (RFC 7162 3.2.5).

import type { Command } from "../../imap/command.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { selectAgain, type SelectBaseline } from "../../imap/mailbox/select-command.ts";
import { toldState } from "../../imap/mailbox/told-state.ts";
import { noop, status } from "../../imap/verbs/mailbox.ts";
import { select } from "../../imap/verbs/select.ts";
import { InterimapError } from "../../model/errors.ts";
import { hasModSeq, type MailboxState, type Observation } from "../../model/mailbox-state.ts";
import { firstModSeq } from "../../model/mod-seq.ts";
import { type Again, type Baseline, Observed } from "./changes.ts";
import { requireObservable } from "./observable.ts";

/** As `observe()`. */
export async function observeByQresync(channel: Channel, wireName: string, baseline?: Baseline): Promise<Observed> {
  const known = baseline && selectBaseline(baseline);
  const observed = await observeOnce(channel, wireName, { known, baseline });
  if (known === undefined || !hidesExpunges(observed.view, known)) return observed;
  return observeOnce(channel, wireName, { known: { ...known, sequenceSample: [] }, baseline });
}

interface Asked {
  readonly known: SelectBaseline | undefined;
  readonly baseline: Baseline | undefined;
}

async function observeOnce(channel: Channel, wireName: string, { known, baseline }: Asked): Promise<Observed> {
  const view = await select(channel, wireName, known);
  return new Observed(view, { rung: requireObservable(view, channel.side, baseline?.state), baseline });
}

function selectBaseline({ state, sequenceSample = () => [] }: Baseline): SelectBaseline {
  return { state, sequenceSample: hasModSeq(state) ? sequenceSample() : [] };
}

/**
 * Cyrus 3.6 takes a sampled sequence number beyond EXISTS for a match, and so says nothing of the messages that vanished
 * from the end of the mailbox.
 */
function hidesExpunges({ exists }: MailboxView, { sequenceSample }: SelectBaseline): boolean {
  const [highest = 0] = sequenceSample.at(-1) ?? [];
  return exists < highest;
}

/** As `observeAgain()`. */
export function againByQresync(view: MailboxView, { since, uids }: Again = {}): Command {
  if (uids === undefined) return selectAgain(view, since?.highestModSeq);
  return selectAgain(view, since !== undefined && hasModSeq(since) ? since.highestModSeq : firstModSeq, uids);
}

/**
 * As `observeNow()`. STATUS goes first: whatever it counts in is announced by the NOOP behind it at the latest.
 */
export async function nowByQresync(channel: Channel, view: MailboxView): Promise<Observation> {
  // What comes together with the answer may be later.
  const { latestModSeq } = view;
  const [told] = await Promise.all([status(channel, view.wireName), noop(channel)]);
  const state = toldState(told, view.abilities) ?? (await selectForState(channel, view));
  const isSame = state.uidValidity === view.uidValidity && !view.isReplaced;
  if (isSame) view.noteHighestModSeq(state.highestModSeq);
  return { ...state, messages: told.messages, latestModSeq };
}

/** Some servers answer STATUS with less than was asked for, or with nothing. */
async function selectForState(channel: Channel, view: MailboxView): Promise<MailboxState> {
  const selecting = channel.run(againByQresync(view));
  view.uidNext = 0;
  await selecting;
  const { uidValidity, uidNext, highestModSeq } = view;
  if (uidNext > 0) return { uidValidity, uidNext, highestModSeq };
  throw new InterimapError("MAILBOX_PROTOCOL", "the server reports no UIDNEXT, neither in STATUS nor in SELECT", {
    side: channel.side,
  });
}
