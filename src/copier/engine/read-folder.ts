// Opens a folder, and finds out what is in it and by what its messages can be told from others.

import { searchKeys } from "../../imap/codec/write-command.ts";
import { CommandRefused } from "../../imap/command-refused.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { fetchHeaders, type HeaderMessage } from "../../imap/verbs/fetch-headers.ts";
import { matchingUids } from "../../imap/verbs/search.ts";
import { select } from "../../imap/verbs/select.ts";
import { InterimapError } from "../../model/errors.ts";
import { emptyUidSet, isEmpty, maxUid, uidRange, type UidSet, UidSetBuilder } from "../../model/uid-set.ts";
import type { Identity } from "./copy-run.ts";
import { MessageTable, type TableMessage } from "./message-table.ts";

export interface ReadFolder {
  readonly view: MailboxView;
  readonly table: MessageTable;
}

export interface Reading {
  /** Wire name. */
  readonly folder: string;
  readonly isOnlyRead: boolean;
  /** SEARCH keys; undefined: all messages. */
  readonly search: string | undefined;
  readonly identity: Identity;
}

/**
 * All messages of a folder, or those that match.
 * @throws CommandRefused when the folder cannot be opened or searched.
 */
export async function readFolder(channel: Channel, reading: Reading): Promise<ReadFolder> {
  const { folder, isOnlyRead, search, identity } = reading;
  const view = await select(channel, folder, { isOnlyRead });
  const wanted = await wantedUids(channel, view, search);
  const table = new MessageTable();
  const isToBeAsked = identity.asksAgain && identity.fields !== "all";
  const unsigned = await fill(channel, { table, wanted, identity, leavesUnsigned: isToBeAsked });
  if (isToBeAsked && !isEmpty(unsigned))
    await fill(channel, { table, wanted: unsigned, identity: { ...identity, fields: "all" }, leavesUnsigned: false });
  view.requireReadable(channel.side);
  return { view, table: table.seal() };
}

/** The messages that may be there, or that match search keys. @throws CommandRefused; InterimapError USAGE for what are no keys. */
export async function wantedUids(channel: Channel, view: MailboxView, search: string | undefined): Promise<UidSet> {
  const { exists, uidNext } = view;
  if (exists === 0) return emptyUidSet;
  if (search === undefined) return uidRange(1, uidNext > 1 ? uidNext - 1 : maxUid);
  const keys = searchKeys(search);
  if (keys === undefined) throw unsearchable(search);
  return matchingUids(channel, keys);
}

function unsearchable(search: string): InterimapError {
  return new InterimapError("USAGE", `these are no search keys that a server can be sent: ${search}`, {
    hint: "write them as RFC 3501 6.4.4 has them, on one line, in ASCII",
  });
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

/** The server refuses to open the folder, or to tell what is in it. */
export function isRefused(error: unknown): error is InterimapError {
  return error instanceof CommandRefused || (error instanceof InterimapError && error.abandons === "mailbox");
}
