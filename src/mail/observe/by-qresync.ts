// Observes a mailbox by QRESYNC: the server reports what happened since a known state (RFC 7162 3.2.5).

import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { selectAgain, type SelectBaseline } from "../../imap/mailbox/select-command.ts";
import { select } from "../../imap/verbs/select.ts";
import { hasModSeq } from "../../model/mailbox-state.ts";
import { firstModSeq } from "../../model/mod-seq.ts";
import type { Again, Baseline, Observed } from "./changes.ts";
import { opened } from "./observable.ts";

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
  const view = await select(channel, wireName, { known });
  return opened(channel, view, baseline);
}

function selectBaseline({ state, sequenceSample = () => [] }: Baseline): SelectBaseline {
  return { state, sequenceSample: hasModSeq(state) ? sequenceSample() : [] };
}

/**
 * Cyrus 3.6 takes a sampled sequence number beyond EXISTS for a match. So it does not report messages that vanished from the
 * end of the mailbox.
 */
function hidesExpunges({ exists }: MailboxView, { sequenceSample }: SelectBaseline): boolean {
  const [highest = 0] = sequenceSample.at(-1) ?? [];
  return exists < highest;
}

/** As `observeAgain()`. */
export async function againByQresync(channel: Channel, { view }: Observed, { since, uids }: Again): Promise<void> {
  const reports = since !== undefined && hasModSeq(since);
  const from = uids === undefined ? since?.highestModSeq : reports ? since.highestModSeq : firstModSeq;
  await channel.run(selectAgain(view, from, uids));
}
