// Finds out by what the messages of a folder can be told from others.

import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { fetchHeaders, type HeaderMessage } from "../../imap/verbs/fetch-headers.ts";
import { isEmpty, type UidSet, UidSetBuilder } from "../../model/uid-set.ts";
import type { Identity } from "./copy-run.ts";
import { askForAll, type Wanted } from "./left-out.ts";
import { MessageTable, type TableMessage } from "./message-table.ts";

export interface ToRead extends Wanted {
  readonly identity: Identity;
}

/**
 * By what messages of an open folder are told from others.
 * @throws CommandRefused when the server does not tell it.
 */
export async function readMessages(
  channel: Channel,
  view: MailboxView,
  { identity, ...asked }: ToRead,
): Promise<MessageTable> {
  const table = new MessageTable();
  await askForAll(channel, view, {
    ...asked,
    ask: (wanted) => read(channel, { table, wanted, identity }),
    count: () => table.length,
    told: () => table.uids(),
  });
  view.requireReadable(channel.side);
  return table.seal();
}

async function read(channel: Channel, { table, wanted, identity }: Omit<Filling, "leavesUnsigned">): Promise<void> {
  const isToBeAsked = identity.asksAgain && identity.fields !== "all";
  const unsigned = await fill(channel, { table, wanted, identity, leavesUnsigned: isToBeAsked });
  if (isToBeAsked && !isEmpty(unsigned))
    await fill(channel, { table, wanted: unsigned, identity: { ...identity, fields: "all" }, leavesUnsigned: false });
}

interface Filling {
  readonly table: MessageTable;
  readonly wanted: UidSet;
  readonly identity: Identity;
  /** They are asked for once more. */
  readonly leavesUnsigned: boolean;
}

/** Returns those that have nothing to tell them by. */
async function fill(
  channel: Channel,
  { table, wanted, identity: { fields, sign }, leavesUnsigned }: Filling,
): Promise<UidSet> {
  const unsigned = new UidSetBuilder();
  const signed = (message: HeaderMessage): TableMessage => {
    const { uid, size, flags, header } = message;
    return { uid, size, flags, signature: header && sign(header, message) };
  };
  await fetchHeaders(channel, wanted, {
    fields,
    tell: (message) => {
      const one = signed(message);
      if (one.signature === undefined) unsigned.add(one.uid);
      if (one.signature !== undefined || !leavesUnsigned) table.add(one);
    },
    contradicts: (message) => table.isOther(signed(message)),
    forget: (uid) => {
      table.forget(uid);
    },
  });
  return unsigned.build();
}
