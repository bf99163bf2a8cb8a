// SELECT, with what we knew of the mailbox, so that the server tells only what changed (RFC 7162 3.2.5).

import { InterimapError } from "../../model/errors.ts";
import type { MailboxState } from "../../model/mailbox-state.ts";
import type { Side } from "../../model/side.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import { type CommandPart, line, mailbox, modSeq, number, uids } from "../codec/write-command.ts";
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
 * @throws InterimapError MAILBOX_UNSYNCABLE when UIDs are not persistent or nothing can be written;
 * MAILBOX_PROTOCOL when what the server says of the mailbox cannot be read.
 */
export async function select(session: Channel, wireName: string, known?: SelectBaseline): Promise<MailboxView> {
  let view = await selectOnce(session, wireName, known);
  for (let i = 1; i < attempts && view.isOfTwo; i++) view = await selectOnce(session, wireName, known);
  view.requireReadable(session.side);
  requireSyncable(view, session.side);
  if (known !== undefined && hidesExpunges(view, known))
    return select(session, wireName, { ...known, sequenceSample: [] });
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

/** Only to listen in the mailbox: what is said of it goes to the session's listener (RFC 3501 6.3.2). */
export async function examine(session: Channel, wireName: string): Promise<void> {
  await session.run({ name: "EXAMINE", overlap: "select", parts: line`EXAMINE ${mailbox(wireName)}` });
}

/**
 * Cyrus 3.6 takes a sampled sequence number beyond EXISTS for a match, and so says nothing of the messages that vanished
 * from the end of the mailbox.
 */
function hidesExpunges({ exists }: MailboxView, { sequenceSample }: SelectBaseline): boolean {
  const [highest = 0] = sequenceSample.at(-1) ?? [];
  return exists < highest;
}

function qresync({ state, sequenceSample }: SelectBaseline): CommandPart[] {
  const { uidValidity, uidNext, highestModSeq } = state;
  // RFC 7162 3.2.5: mod-sequences start at 1, and below UID 1 there is nothing to ask for.
  if (highestModSeq === 0n || uidNext <= 1) return [];
  const [sequences, those] = [0, 1].map((i) => uidSetOf(sequenceSample.map((pair) => pair[i]!)));
  const sample = sequenceSample.length === 0 ? [] : line` (${uids(sequences!)} ${uids(those!)})`;
  return line` (QRESYNC (${number(uidValidity)} ${modSeq(highestModSeq)} 1:${number(uidNext - 1)}${sample}))`;
}

function requireSyncable(view: MailboxView, side: Side): void {
  const reason =
    view.hasModSeqs === undefined
      ? "the server told neither HIGHESTMODSEQ nor NOMODSEQ"
      : !view.hasStickyUids
        ? "its UIDs are not persistent (UIDNOTSTICKY)"
        : view.isReadOnly
          ? "it is read-only for this user"
          : view.uidValidity === 0 || view.uidNext === 0
            ? "the server told no UIDVALIDITY or no UIDNEXT"
            : undefined;
  if (reason === undefined) return;
  throw new InterimapError("MAILBOX_UNSYNCABLE", `cannot be synchronised: ${reason}`, { side });
}
