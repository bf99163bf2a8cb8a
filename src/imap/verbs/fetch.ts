// UID FETCH (RFC 3501 6.4.8, RFC 7162 3.1.4): what the engine wants to know of messages, and the messages themselves.

import { allDone } from "../../util/all-done.ts";
import { flagSet, type FlagSet } from "../../model/flags.ts";
import { instantOf, parseInternalDate, type InternalDate } from "../../model/internal-date.ts";
import { messageIdOf } from "../../model/message-id.ts";
import { MessageSizes } from "../../model/message-sizes.ts";
import {
  countUids,
  emptyUidSet,
  hasUid,
  isEmpty,
  splitUidSet,
  subtract,
  uidSetOf,
  uidsOf,
  union,
  type UidSet,
} from "../../model/uid-set.ts";
import { maxSetOctets } from "../limits.ts";
import { line, uids as uidSet, type CommandPart } from "../codec/write-command.ts";
import type { FlagChange } from "../pending-changes.ts";
import type { FetchResponse } from "../responses.ts";
import type { Channel } from "../channel.ts";
import { FetchAnswers, isOther, type Answer, type Wanted } from "./fetch-answers.ts";
import { ToldMessages } from "./told-messages.ts";

export interface FetchedMessage {
  readonly uid: number;
  readonly flags: FlagSet;
  /** Undefined when the server told none that could be read. */
  readonly date: InternalDate | undefined;
  readonly bytes: Buffer;
}

interface FetchRequest extends Wanted {
  readonly uids: UidSet;
  readonly items: readonly CommandPart[];
  /** See {@link Command.brings}. */
  readonly brings?: number;
  /** As far as is known these messages exist: what is left out is asked for once more. */
  readonly areThere?: boolean;
  /** What a message may be without. */
  readonly optional?: readonly ("internalDate" | "size" | "modSeq")[];
  /** What `onMessage` was called with is not to be believed. Needed with `contradicts`. */
  readonly forget?: (uid: number) => void;
}

/**
 * Asks for messages, and once more for those that the server told only part of, or left out. Those that it told two
 * different things of are asked for one by one; still contradictory, they are left out.
 */
async function uidFetch(session: Channel, request: FetchRequest): Promise<FetchAnswers> {
  if (isEmpty(request.uids)) return new FetchAnswers(request);
  const answers = await hearAll(session, request);
  if (!answers.areContradictory) return answers;
  for (const uid of uidsOf(answers.contradicted)) {
    request.forget?.(uid);
    const again = await hearAll(session, { ...request, uids: uidSetOf([uid]) });
    if (again.areContradictory) request.forget?.(uid);
  }
  return answers;
}

async function hearAll(session: Channel, request: FetchRequest): Promise<FetchAnswers> {
  const { uids, optional = [], areThere = false } = request;
  const answers = new FetchAnswers(request);
  await ask(session, request, answers);
  if (answers.areAll(uids) || (answers.areWhole && !areThere)) return answers;
  answers.settleFor(...optional);
  const leftOut = areThere
    ? subtract(answers.missing(uids), session.view?.pending.vanished ?? emptyUidSet)
    : emptyUidSet;
  const again = union(leftOut, uidSetOf(answers.incomplete.map(({ uid }) => uid)));
  if (isEmpty(again)) return answers;
  await ask(session, { ...request, uids: again }, answers);
  answers.settleFor(...optional);
  return answers;
}

async function ask(
  session: Channel,
  { uids, items, brings }: Pick<FetchRequest, "uids" | "items" | "brings">,
  answers?: FetchAnswers,
): Promise<void> {
  await allDone(
    splitUidSet(uids, maxSetOctets).map((part) =>
      session.run({
        name: "UID FETCH",
        overlap: "selected",
        parts: line`UID FETCH ${uidSet(part)} ${items}`,
        ...(brings !== undefined && { brings }),
        claim: (response) => {
          if (response.kind !== "fetch" || !hasUidOf(part, response)) return false;
          return answers?.take(response) ?? false;
        },
      }),
    ),
  );
}

function hasUidOf(uids: UidSet, response: FetchResponse): response is Answer {
  return response.uid !== undefined && hasUid(uids, response.uid);
}

/** The sizes of the messages that exist; 0 of one whose size the server does not tell. */
export async function fetchSizes(session: Channel, uids: UidSet): Promise<MessageSizes> {
  const sizes = new MessageSizes();
  const { incomplete } = await uidFetch(session, {
    uids,
    items: line`(UID RFC822.SIZE)`,
    isAnswer: ({ size, internalDate }) => size !== undefined && internalDate === undefined,
    beside: [],
    onMessage: ({ uid, size = 0 }) => {
      sizes.add(uid, size);
    },
  });
  for (const { uid, size = 0 } of incomplete) sizes.add(uid, size);
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
      // The flags just read are the latest; what the server announced before is older (answers keep their order).
      session.view?.pending.forgetChange(uid);
      if (passedOver !== undefined) onLarger(uid, passedOver);
      else if (body) messages.add({ uid, flags: flagSet(flags), date: parseInternalDate(internalDate), bytes: body });
    },
  });
  return messages.all;
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

export interface Existence {
  /** They exist, as far as is known; otherwise there may be holes. */
  readonly areThere: boolean;
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

/** So much of a header is taken; mostly it has some thousand octets. */
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

/** Tells the flags of messages that should exist as they come; what the view knows of changes stays as it is. */
export async function eachMessagesFlags(
  session: Channel,
  uids: UidSet,
  tell: (uid: number, found: FlagChange) => void,
): Promise<void> {
  await uidFetch(session, { ...flagRequest(session, uids, tell), areThere: true });
}

/** The flags of few messages. Who takes one that is left out for gone has to ask again. */
export async function fetchFlags(
  session: Channel,
  uids: UidSet,
  { areThere }: Existence = { areThere: false },
): Promise<ReadonlyMap<number, FlagChange>> {
  const found = new Map<number, FlagChange>();
  await uidFetch(session, { ...flagRequest(session, uids, (uid, change) => found.set(uid, change)), areThere });
  return found;
}

/** RFC 7162 3.1.2.2: where there are no mod-sequences it is an error to ask for them. */
function flagItems({ view }: Channel): readonly CommandPart[] {
  return view?.lacksModSeqs === true ? line`(UID FLAGS)` : line`(UID FLAGS MODSEQ)`;
}

function flagRequest(session: Channel, uids: UidSet, tell: (uid: number, found: FlagChange) => void): FetchRequest {
  const { view } = session;
  const hasAsked = view?.lacksModSeqs !== true;
  return {
    uids,
    items: flagItems(session),
    isAnswer: ({ flags, internalDate }) => flags !== undefined && internalDate === undefined,
    beside: hasAsked ? ["modSeq"] : [],
    optional: ["modSeq"],
    onMessage: ({ uid, flags = [], modSeq = 0n }) => {
      // What was asked for and left out is as good as MODSEQ (0).
      if (hasAsked) view?.noteModSeq(modSeq);
      tell(uid, { flags: flagSet(flags), modSeq });
    },
  };
}

/** Flags and mod-sequences are recorded in the session's view as changes to be dealt with. */
export async function refetchFlags(session: Channel, uids: UidSet): Promise<void> {
  await ask(session, { uids, items: flagItems(session) });
}
