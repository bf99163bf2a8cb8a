// UID FETCH (RFC 3501 6.4.8, RFC 7162 3.1.4): what the engine wants to know of messages, and the messages themselves.

import { allDone } from "../../model/all-done.ts";
import { flagSet, type FlagSet } from "../../model/flags.ts";
import { instantOf, parseInternalDate, type InternalDate } from "../../model/internal-date.ts";
import { messageIdOf } from "../../model/message-id.ts";
import { MessageSizes } from "../../model/message-sizes.ts";
import { hasUid, splitUidSet, type UidSet } from "../../model/uid-set.ts";
import { maxSetOctets } from "../limits.ts";
import { line, uids as uidSet, type CommandPart } from "../codec/write-command.ts";
import type { FlagChange } from "../mailbox-view.ts";
import type { FetchResponse } from "../responses.ts";
import type { Channel } from "../channel.ts";

export interface FetchedMessage {
  readonly uid: number;
  readonly flags: FlagSet;
  /** Undefined when the server told none that could be read. */
  readonly date: InternalDate | undefined;
  readonly bytes: Buffer;
}

interface FetchRequest {
  readonly uids: UidSet;
  readonly items: readonly CommandPart[];
  /**
   * Whether a response carries what was asked for, and no more: others are the server's own announcements, or answers to
   * another FETCH. Dovecot answers one before it has confirmed the one before.
   */
  readonly isAnswer: (response: FetchResponse) => boolean;
  readonly onMessage: (response: FetchResponse) => void;
}

async function uidFetch(session: Channel, { uids, items, isAnswer, onMessage }: FetchRequest): Promise<void> {
  await allDone(
    splitUidSet(uids, maxSetOctets).map((part) =>
      session.run({
        name: "UID FETCH",
        overlap: "selected",
        parts: line`UID FETCH ${uidSet(part)} ${items}`,
        claim: (response) => {
          if (response.kind !== "fetch" || response.uid === undefined || !hasUid(part, response.uid)) return false;
          if (!isAnswer(response)) return false;
          onMessage(response);
          return true;
        },
      }),
    ),
  );
}

/** The sizes of the messages that exist. */
export async function fetchSizes(session: Channel, uids: UidSet): Promise<MessageSizes> {
  const sizes = new MessageSizes();
  await uidFetch(session, {
    uids,
    items: line`(UID RFC822.SIZE)`,
    isAnswer: ({ size, internalDate }) => size !== undefined && internalDate === undefined,
    onMessage: ({ uid = 0, size = 0 }) => {
      sizes.add(uid, size);
    },
  });
  return sizes;
}

/** The messages themselves, without setting \Seen; those that are gone are left out. */
export async function fetchMessages(session: Channel, uids: UidSet): Promise<FetchedMessage[]> {
  const messages: FetchedMessage[] = [];
  await uidFetch(session, {
    uids,
    items: line`(UID FLAGS INTERNALDATE BODY.PEEK[])`,
    isAnswer: (response) => response.body !== undefined,
    onMessage: ({ uid = 0, flags = [], internalDate = "", body }) => {
      // The flags just read are the latest; what the server announced before is older (answers keep their order).
      session.view?.forgetChange(uid);
      if (body) messages.push({ uid, flags: flagSet(flags), date: parseInternalDate(internalDate), bytes: body });
    },
  });
  return messages;
}

/** What identifies a message on any server, for matching. There may be a million of them. */
export interface MessageIdentity {
  readonly uid: number;
  readonly flags: FlagSet;
  /** INTERNALDATE in ms since 1970; NaN when it cannot be read. */
  readonly date: number;
  /** RFC822.SIZE in octets. */
  readonly size: number;
  readonly messageId: string | undefined;
}

/** Identities of the messages that exist, in the order the server tells them. */
export async function fetchIdentities(session: Channel, uids: UidSet): Promise<MessageIdentity[]> {
  const identities: MessageIdentity[] = [];
  await uidFetch(session, {
    uids,
    items: line`(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])`,
    isAnswer: (response) => response.headerFields !== undefined,
    onMessage: ({ uid = 0, flags = [], internalDate = "", size = 0, headerFields }) => {
      const messageId = messageIdOf(headerFields ?? Buffer.alloc(0));
      identities.push({ uid, flags: flagSet(flags), date: instantOf(internalDate), size, messageId });
    },
  });
  return identities;
}

/** Tells the flags of the messages that exist as they come; what the view knows of changes stays as it is. */
export async function eachMessagesFlags(
  session: Channel,
  uids: UidSet,
  tell: (uid: number, found: FlagChange) => void,
): Promise<void> {
  await uidFetch(session, {
    uids,
    items: line`(UID FLAGS MODSEQ)`,
    isAnswer: ({ flags, internalDate }) => flags !== undefined && internalDate === undefined,
    onMessage: ({ uid = 0, flags = [], modSeq = 0n }) => {
      tell(uid, { flags: flagSet(flags), modSeq });
    },
  });
}

/** As {@link eachMessagesFlags}, of few messages. */
export async function fetchFlags(session: Channel, uids: UidSet): Promise<ReadonlyMap<number, FlagChange>> {
  const found = new Map<number, FlagChange>();
  await eachMessagesFlags(session, uids, (uid, change) => found.set(uid, change));
  return found;
}

/** Flags and mod-sequences are recorded in the session's view as changes to be dealt with. */
export async function refetchFlags(session: Channel, uids: UidSet): Promise<void> {
  await uidFetch(session, { uids, items: line`(UID FLAGS MODSEQ)`, isAnswer: () => false, onMessage: () => undefined });
}
