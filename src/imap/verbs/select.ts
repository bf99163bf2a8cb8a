// SELECT, with what we knew of the mailbox, so that the server tells only what changed (RFC 7162 3.2.5).

import { hasModSeq, type MailboxState } from "../../model/mailbox-state.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import { type CommandPart, line, modSeq, number, uids } from "../codec/write-command.ts";
import { type Channel, selectInto } from "../mailbox/channel.ts";
import { MailboxView } from "../mailbox/mailbox-view.ts";

export interface SelectBaseline {
  readonly state: MailboxState;
  /** Sequence number and UID of some messages, ascending; empty when they cannot be known. */
  readonly sequenceSample: readonly (readonly [sequence: number, uid: number])[];
}

/** How often a mailbox is selected because what is reported about it may be about one that was refused before it. */
const attempts = 4;

/**
 * Selects a mailbox. With `known`, the messages below its uidNext that vanished or whose flags changed since its
 * highestModSeq are in the returned view.
 * @throws InterimapError MAILBOX_PROTOCOL when what the server says of the mailbox cannot be read.
 */
export async function select(session: Channel, wireName: string, known?: SelectBaseline): Promise<MailboxView> {
  let view = await selectOnce(session, wireName, known);
  for (let i = 1; i < attempts && view.isOfTwo; i++) view = await selectOnce(session, wireName, known);
  view.requireReadable(session.side);
  return view;
}

async function selectOnce(session: Channel, wireName: string, known?: SelectBaseline): Promise<MailboxView> {
  const view = new MailboxView(wireName, known?.state.highestModSeq);
  const selecting = selectInto(view, known === undefined ? [] : qresync(known));
  await session.run({
    ...selecting,
    // Sent again where [CLOSED] is not told: the last answer counts.
    onAnswered: (answer) => {
      selecting.onAnswered?.(answer);
      view.existedWhenSelected = view.exists;
      view.whenSelected = view.observe();
    },
  });
  return view;
}

function qresync({ state, sequenceSample }: SelectBaseline): CommandPart[] {
  const { uidValidity, uidNext, highestModSeq } = state;
  // RFC 7162 3.2.5: mod-sequences start at 1, and below UID 1 there is nothing to ask for.
  if (!hasModSeq(state) || uidNext <= 1) return [];
  const [sequences, those] = [0, 1].map((i) => uidSetOf(sequenceSample.map((pair) => pair[i]!)));
  const sample = sequenceSample.length === 0 ? [] : line` (${uids(sequences!)} ${uids(those!)})`;
  return line` (QRESYNC (${number(uidValidity)} ${modSeq(highestModSeq)} 1:${number(uidNext - 1)}${sample}))`;
}
