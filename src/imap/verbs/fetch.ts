// UID FETCH (RFC 3501 6.4.8, RFC 7162 3.1.4): what the engine wants to know of messages, and the messages themselves.

import { type FlagSet, flagSet } from "../../model/flags.ts";
import { instantOf, type InternalDate, parseInternalDate } from "../../model/internal-date.ts";
import { messageIdOf } from "../../model/message-id.ts";
import { MessageSizes } from "../../model/message-sizes.ts";
import { countUids, type UidSet, uidSetOf } from "../../model/uid-set.ts";
import { line, number } from "../codec/write-command.ts";
import { CommandRefused } from "../command-refused.ts";
import type { Channel } from "../mailbox/channel.ts";
import type { FetchResponse } from "../responses.ts";
import { type Answer, isOther } from "./fetch-answers.ts";
import type { Existence } from "./fetch-flags.ts";
import { ToldMessages } from "./told-messages.ts";
import { uidFetch } from "./uid-fetch.ts";

export interface FetchedMessage {
  readonly uid: number;
  readonly flags: FlagSet;
  /** Undefined when the server told none that could be read. */
  readonly date: InternalDate | undefined;
  readonly bytes: Buffer;
}

export interface SizesWanted {
  /** With INTERNALDATE. */
  readonly withDates?: boolean;
}

/** The sizes of the messages that exist; 0 of one whose size the server does not tell. */
export async function fetchSizes(
  session: Channel,
  uids: UidSet,
  { withDates = false }: SizesWanted = {},
): Promise<MessageSizes> {
  const sizes = new MessageSizes();
  const add = ({ uid, size = 0, internalDate }: Answer): void => {
    sizes.add(uid, size, internalDate === undefined ? NaN : instantOf(internalDate));
  };
  // What tells more is the answer to another question.
  const isPlain = ({ body, headerFields }: FetchResponse): boolean => body === undefined && headerFields === undefined;
  const { incomplete } = await uidFetch(session, {
    uids,
    items: withDates ? line`(UID INTERNALDATE RFC822.SIZE)` : line`(UID RFC822.SIZE)`,
    isAnswer: (response) =>
      response.size !== undefined && (withDates ? isPlain(response) : response.internalDate === undefined),
    beside: withDates ? ["internalDate"] : [],
    optional: ["internalDate"],
    onMessage: add,
  });
  for (const one of incomplete) add(one);
  return sizes;
}

/** Line ends that a server writes anew, header fields that it adds: RFC822.SIZE need not be exact. */
const inexactSize = (octets: number): number => 2 * octets + (1 << 20);

export interface Expected {
  /** What all of the messages measure, as the server says; more than a multiple of that is not taken. */
  readonly octets?: number;
  /** Called for a message that was too large for that, with its octets; it is left out. */
  readonly onLarger?: (uid: number, octets: number) => void;
}

/** The messages themselves, without setting \Seen; those that are gone, or not delivered, are left out. */
export async function fetchMessages(
  session: Channel,
  uids: UidSet,
  { octets = 0, onLarger = () => undefined }: Expected = {},
): Promise<FetchedMessage[]> {
  const messages = new ToldMessages<FetchedMessage>();
  await uidFetch(session, {
    uids,
    brings: inexactSize(octets),
    items: line`(UID FLAGS INTERNALDATE BODY.PEEK[])`,
    isAnswer: (response) => response.body !== undefined,
    beside: ["flags", "internalDate"],
    optional: ["internalDate"],
    areThere: true,
    contradicts: ({ uid, flags, internalDate, body }) => {
      const told = messages.get(uid);
      if (told === undefined) return false;
      const instant = internalDate === undefined ? told.date?.instant : parseInternalDate(internalDate)?.instant;
      return isOther(told.bytes, body) || told.date?.instant !== instant || areOther(told.flags, flags);
    },
    forget: (uid) => {
      messages.forget(uid);
    },
    onMessage: ({ uid, flags = [], internalDate = "", body, passedOver }) => {
      session.view?.noteFlagsRead(uid);
      if (passedOver !== undefined) onLarger(uid, passedOver);
      else if (body) messages.add({ uid, flags: flagSet(flags), date: parseInternalDate(internalDate), bytes: body });
    },
  });
  return messages.all;
}

/** Whether a message goes on after this number of octets; false also if the server does not answer that. */
export async function hasMoreThan(session: Channel, uid: number, octets: number): Promise<boolean> {
  let hasMore = false;
  await uidFetch(session, {
    uids: uidSetOf([uid]),
    items: line`(UID BODY.PEEK[]<${number(octets)}.1>)`,
    isAnswer: ({ part }) => part !== undefined,
    beside: [],
    onMessage: ({ part }) => {
      hasMore = (part?.length ?? 0) > 0;
    },
  }).catch((error: unknown) => {
    if (!(error instanceof CommandRefused)) throw error;
  });
  return hasMore;
}

/** They may have been told more than once, and changed in between: then one more look does no harm. */
function areOther(told: FlagSet, flags: readonly string[] | undefined): boolean {
  return flags !== undefined && flagSet(flags) !== told;
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

export interface IdentitiesWanted extends Partial<Existence> {
  /** Flags that are not asked for are not in an answer, and what the server announces of them reaches the view. */
  readonly withFlags?: boolean;
}

/** Identities of the messages that exist, in the order the server tells them. */
export async function fetchIdentities(
  session: Channel,
  uids: UidSet,
  { areThere = false, withFlags = true }: IdentitiesWanted = {},
): Promise<MessageIdentity[]> {
  const identities = new ToldMessages<MessageIdentity>();
  const identity = line`INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]`;
  await uidFetch(session, {
    uids,
    items: withFlags ? line`(UID FLAGS ${identity})` : line`(UID ${identity})`,
    isAnswer: (response) => response.headerFields !== undefined,
    beside: withFlags ? ["flags", "internalDate", "size"] : ["internalDate", "size"],
    optional: ["internalDate", "size"],
    areThere,
    contradicts: ({ uid, flags, internalDate, size, headerFields }) => {
      const told = identities.get(uid);
      if (told === undefined) return false;
      const isOtherDate = internalDate !== undefined && !Object.is(instantOf(internalDate), told.date);
      const messageId = headerFields && messageIdOf(headerFields);
      return (
        isOtherDate || (size ?? told.size) !== told.size || messageId !== told.messageId || areOther(told.flags, flags)
      );
    },
    forget: (uid) => {
      identities.forget(uid);
    },
    onMessage: ({ uid, flags = [], internalDate = "", size = 0, headerFields }) => {
      const messageId = messageIdOf(headerFields ?? Buffer.alloc(0));
      identities.add({ uid, flags: flagSet(flags), date: instantOf(internalDate), size, messageId });
    },
  });
  return identities.all;
}

/** The longest header that is taken; most have some thousand octets. */
const longestHeader = 1 << 20;

/** How many octets the headers of messages have, by UID; of those that exist, and have one that is not absurdly long. */
export async function fetchHeaderSizes(session: Channel, uids: UidSet): Promise<ReadonlyMap<number, number>> {
  const sizes = new Map<number, number>();
  await uidFetch(session, {
    uids,
    brings: countUids(uids) * longestHeader,
    items: line`(UID BODY.PEEK[HEADER])`,
    isAnswer: ({ headerFields, size }) => headerFields !== undefined && size === undefined,
    beside: [],
    contradicts: ({ uid, headerFields }) => sizes.get(uid) !== (headerFields?.length ?? 0),
    forget: (uid) => sizes.delete(uid),
    onMessage: ({ uid, headerFields }) => sizes.set(uid, headerFields?.length ?? 0),
  });
  return sizes;
}
