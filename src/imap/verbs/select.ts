// Selects a mailbox for the first time, and keeps what its server says of it from then on in a view.

import type { Channel } from "../mailbox/channel.ts";
import { MailboxView } from "../mailbox/mailbox-view.ts";
import { type SelectBaseline, selectFirst } from "../mailbox/select-command.ts";
import { deletedMark } from "./expunge.ts";

/** How often a mailbox is selected because what is reported about it may be about one that was refused before it. */
const attempts = 4;

export interface Selecting {
  readonly known?: SelectBaseline | undefined;
  /** With EXAMINE (RFC 3501 6.3.2). */
  readonly isOnlyRead?: boolean;
}

/**
 * Selects a mailbox. With `known`, the messages below its uidNext that vanished or whose flags changed since its
 * highestModSeq are in the returned view.
 * @throws InterimapError MAILBOX_PROTOCOL when what the server says of the mailbox cannot be read.
 */
export async function select(session: Channel, wireName: string, selecting: Selecting = {}): Promise<MailboxView> {
  let view = await selectOnce(session, wireName, selecting);
  for (let i = 1; i < attempts && view.isOfTwo; i++) view = await selectOnce(session, wireName, selecting);
  view.requireReadable(session.side);
  return view;
}

async function selectOnce(
  session: Channel,
  wireName: string,
  { known, isOnlyRead = session.changesNothing }: Selecting,
): Promise<MailboxView> {
  const view = new MailboxView(wireName, session.abilities, known?.state.highestModSeq);
  view.isOnlyRead = isOnlyRead;
  // What somebody has only marked must not be gone on the other side.
  if (session.capabilities.mailboxesAreLabels) view.refuseFlags(deletedMark);
  const selecting = selectFirst(view, known);
  await session.run({
    ...selecting,
    // Sent again where [CLOSED] is not told: the last answer counts.
    onAnswered: (answer) => {
      selecting.onAnswered?.(answer);
      // RFC 7162 3.1.2: a server that has mod-sequences of the mailbox says one or the other.
      view.hasModSeqs ??= false;
      view.existedWhenSelected = view.exists;
      view.whenSelected = view.observe();
    },
  });
  return view;
}
