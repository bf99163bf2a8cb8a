// Observes a mailbox by mod-sequences (RFC 7162 3.1, CONDSTORE): the server reports whose flags changed since one of them. It
// does not report what vanished: the number of messages shows whether any did, and a search shows which.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";
import { selectAgain } from "../../imap/mailbox/select-command.ts";
import { fetchChangedSince } from "../../imap/verbs/fetch-flags.ts";
import { select } from "../../imap/verbs/select.ts";
import { hasModSeq } from "../../model/mailbox-state.ts";
import { firstModSeq } from "../../model/mod-seq.ts";
import { uidRange } from "../../model/uid-set.ts";
import type { Again, Baseline, Observed } from "./changes.ts";
import { opened } from "./observable.ts";
import { noteMissing, seemsWhole } from "./presence.ts";

/** As `observe()`; finds nothing out yet about a mailbox without mod-sequences. */
export async function observeByModSeqs(channel: Channel, wireName: string, baseline?: Baseline): Promise<Observed> {
  const selecting = select(channel, wireName, {
    known: baseline && { state: baseline.state, sequenceSample: [] },
  });
  const asking = baseline && askForChanges(channel, baseline);
  const view = await selecting.finally(() => asking);
  const observed = await opened(channel, view, baseline);
  const isSought = observed.rung === "mod-sequences" && !observed.isAnew && !seemsWhole(observed);
  if (isSought) await noteMissing(channel, observed);
  return observed;
}

/** Leaves together with SELECT. If the mailbox has no mod-sequences, the server refuses it (RFC 7162 3.1.2.2). */
async function askForChanges(channel: Channel, { state }: Baseline): Promise<void> {
  if (!hasModSeq(state) || state.uidNext <= 1) return;
  try {
    await fetchChangedSince(channel, uidRange(1, state.uidNext - 1), state.highestModSeq);
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
  }
}

/** As `observeAgain()`. */
export async function againByModSeqs(channel: Channel, observed: Observed, { since, uids }: Again): Promise<void> {
  const { view } = observed;
  const known = since === undefined ? view.highestModSeq : hasModSeq(since) ? since.highestModSeq : firstModSeq;
  // Appended messages may show only when the mailbox is selected again.
  await channel.run(selectAgain(view));
  await fetchChangedSince(channel, uids ?? uidRange(1, view.uidNext - 1), known);
  await noteMissing(channel, observed);
}
