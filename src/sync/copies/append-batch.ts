// Appends a batch of messages to the other side and records the copies. A batch that is refused is divided until only the
// messages are left that the server does not want, or until it is clear that it takes none for now.

import type { Channel } from "../../imap/channel.ts";
import { CommandRefused } from "../../imap/command-refused.ts";
import { append, type AppendTarget, type OutgoingMessage } from "../../imap/verbs/append.ts";
import { concernOf } from "../../imap/refusal-concern.ts";
import type { FetchedMessage } from "../../imap/verbs/fetch.ts";
import { InterimapError } from "../../model/errors.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import { withoutFlags, type FlagSet } from "../../model/flags.ts";
import { messageIdOf } from "../../model/message-id.ts";
import type { Side } from "../../model/side.ts";
import { formatUidSet, intersect, isEmpty, uidSetOf, union } from "../../model/uid-set.ts";
import type { Prints } from "../../state/mapping.ts";
import type { Lane } from "../../mail/transfer/append-lanes.ts";
import { flagsWithoutNewKeywords, noteFlagRefusal, offerFlags } from "../flags/offer-flags.ts";
import type { Direction, OpenMailbox } from "../context/open-mailbox.ts";
import { clearRefusal } from "../refused/record-refusal.ts";
import type { Reluctance } from "./reluctance.ts";

/** A message and the UID of its copy. */
export interface Copy {
  readonly message: FetchedMessage;
  readonly uid: number;
}

/** What is copied, and what is known of the server's will to take it. */
export interface Offer extends Direction {
  readonly reluctance: Reluctance;
  /** The target misread a message: its new keywords, if it was one of them, are set when nothing hangs on the command. */
  readonly holdsKeywordsBack: boolean;
}

interface Part {
  readonly lane: Lane;
  readonly messages: readonly FetchedMessage[];
  /** Single ones of them were offered already. */
  readonly isProbed?: boolean;
  /** The last message of the whole batch. */
  readonly newest?: FetchedMessage | undefined;
}

/**
 * Appends all or, when the server refuses, one half after the other, down to the message it does not want. What is not
 * sent, because the server takes none for now, is left to later runs.
 */
export async function appendBatch(
  mailbox: OpenMailbox,
  offer: Offer,
  { lane, messages, isProbed = false, newest = messages.at(-1) }: Part,
): Promise<readonly Copy[]> {
  const { reluctance } = offer;
  const left = messages.filter(({ uid }) => !reluctance.hasTried(uid));
  const [first] = left;
  if (first === undefined || reluctance.isHalted) return [];
  const mayProbe = left.length > 1 && !isProbed;
  if (mayProbe && reluctance.isCautious)
    return probe(mailbox, { offer, appendRest: appendBatch }, { lane, messages: left, newest });
  try {
    return await appendAll(mailbox, offer, { lane, messages: left });
  } catch (error) {
    // Ended by ourselves, and so not carried out.
    if (lane.isWithdrawn() && error instanceof CommandRefused)
      mailbox.store.noteConfirmed(mailbox.idx, offer.source, uidSetOf(left.map(({ uid }) => uid)));
    if (!isRefusal(error) || lane.isWithdrawn()) throw error;
    await lane.makeWay();
    if (left.length === 1) return appendRefused(mailbox, offer, { session: lane.session, message: first, error });
    const again = { lane: { ...lane, turn: undefined }, messages: left, isProbed, newest };
    const concern = concernOf(error);
    const isGeneral = concern === "room" || concern === "moment";
    return mayProbe && isGeneral ? probe(mailbox, { offer, appendRest: divide }, again) : divide(mailbox, offer, again);
  }
}

type Append = (mailbox: OpenMailbox, offer: Offer, part: Part) => Promise<readonly Copy[]>;

/** One half after the other; all of them together were refused. */
async function divide(mailbox: OpenMailbox, offer: Offer, part: Part): Promise<readonly Copy[]> {
  const { messages, newest } = part;
  const middle = messages.length >> 1;
  const copies: Copy[] = [];
  for (const half of [messages.slice(0, middle), messages.slice(middle)]) {
    copies.push(...(await appendBatch(mailbox, offer, { ...part, messages: half })));
    if (offer.reluctance.isOnTheBrink && newest !== undefined)
      copies.push(...(await appendBatch(mailbox, offer, { ...part, messages: [newest] })));
  }
  return copies;
}

/** Offers single messages until one is taken, then all that are left; if none is, the others are not sent. */
async function probe(
  mailbox: OpenMailbox,
  { offer, appendRest }: { readonly offer: Offer; readonly appendRest: Append },
  { lane, messages, newest }: Part,
): Promise<readonly Copy[]> {
  const copies: Copy[] = [];
  let { turn } = lane;
  for (const message of probesAmong(messages)) {
    if (copies.length > 0) break;
    copies.push(...(await appendBatch(mailbox, offer, { lane: { ...lane, turn }, messages: [message] })));
    turn = undefined;
  }
  const rest = { lane: { ...lane, turn }, messages, newest, isProbed: true };
  return [...copies, ...(await appendRest(mailbox, offer, rest))];
}

/** The first, because of the order; the smallest, for which there may be room; and others, which may be of another kind. */
function probesAmong(messages: readonly FetchedMessage[]): readonly FetchedMessage[] {
  const [first, ...others] = messages;
  if (first === undefined) return [];
  const bySize = others.toSorted((a, b) => a.bytes.length - b.bytes.length);
  const probes = [first, bySize[0], messages.at(-1), messages[messages.length >> 1]];
  return [...new Set(probes)].filter((message) => message !== undefined);
}

function isRefusal(error: unknown): error is CommandRefused {
  return error instanceof CommandRefused && error.responseCode?.name !== "TRYCREATE";
}

/** All or none. @throws CommandRefused */
async function appendAll(mailbox: OpenMailbox, direction: Offer, part: Part): Promise<readonly Copy[]> {
  const { target: side } = direction;
  const { session, turn } = part.lane;
  mailbox.progress[side].isTouched = true;
  const outgoing = part.messages.map((message): OutgoingMessage => ({
    ...message,
    flags: flagsToAppend(mailbox, direction, message.flags),
  }));
  noteSent(mailbox, direction, part.messages);
  const uids = await appendTo(mailbox, { side, session, turn }, outgoing);
  return recordCopies(mailbox, direction, { messages: part.messages, uids });
}

/** What is held back is missing when the copies' flags are read back, and set then. */
function flagsToAppend(mailbox: OpenMailbox, { target, holdsKeywordsBack }: Offer, flags: FlagSet): FlagSet {
  const offered = offerFlags(mailbox, target, flags);
  return (holdsKeywordsBack ? flagsWithoutNewKeywords(mailbox, target, offered) : undefined) ?? offered;
}

/** Before they are: a program that is killed leaves no later word of them. */
function noteSent({ store, idx }: OpenMailbox, { source }: Direction, messages: readonly FetchedMessage[]): void {
  store.noteSent(idx, source, uidSetOf(messages.map(({ uid }) => uid)));
}

interface AppendOver extends Pick<AppendTarget, "turn"> {
  readonly side: Side;
  readonly session: Channel;
}

/** @throws what append() throws; where that is a UID that cannot be, those that were told before are doubted, too. */
async function appendTo(
  { views, progress }: OpenMailbox,
  { side, session, turn }: AppendOver,
  messages: readonly OutgoingMessage[],
): Promise<readonly number[] | undefined> {
  const { wireName, uidValidity } = views[side];
  const { nextUid } = progress[side];
  try {
    return await append(session, { wireName, uidValidity, nextUid, turn }, messages);
  } catch (error) {
    if (error instanceof InterimapError && error.code === "MAILBOX_PROTOCOL") progress[side].areCopiesDoubted = true;
    throw error;
  }
}

interface RefusedMessage {
  readonly session: Channel;
  readonly message: FetchedMessage;
  readonly error: CommandRefused;
}

/** It may be a keyword that the server does not want, rather than the message. */
async function appendRefused(
  mailbox: OpenMailbox,
  offer: Offer,
  { session, message, error }: RefusedMessage,
): Promise<readonly Copy[]> {
  const { target: side, reluctance, holdsKeywordsBack } = offer;
  const { words: reason, retryAfterMs } = error;
  const concern = concernOf(error);
  const flags = holdsKeywordsBack ? undefined : flagsWithoutNewKeywords(mailbox, side, message.flags);
  if (flags !== undefined && concern !== "room" && concern !== "moment") {
    try {
      noteSent(mailbox, offer, [message]);
      const uids = await appendTo(mailbox, { side, session }, [{ ...message, flags }]);
      const keywords = withoutFlags(message.flags, flags);
      noteFlagRefusal(mailbox, { side, uids: uidSetOf(uids ?? []), keywords, reason });
      return recordCopies(mailbox, offer, { messages: [message], uids });
    } catch (again) {
      if (!(again instanceof CommandRefused)) throw again;
    }
  }
  const { uid, bytes } = message;
  reluctance.refused({ uid, size: bytes.length, messageId: messageIdOf(bytes), reason, concern, retryAfterMs });
  return [];
}

/**
 * The copy is taken to look like the message; what a server makes of it is seen later, and learnt then. It may not keep the
 * date, which is the name of what has no other.
 */
function printsOfCopy({ bytes, date }: FetchedMessage, source: Side): Prints {
  const messageId = messageIdOf(bytes);
  const print = fingerprint({ messageId, size: bytes.length, date: date?.instant ?? NaN });
  const copy = messageId === undefined ? undefined : print;
  return { local: copy, remote: copy, [source]: print };
}

interface Appended {
  readonly messages: readonly FetchedMessage[];
  /** In the order of the messages; undefined when the server did not tell them. */
  readonly uids: readonly number[] | undefined;
}

/** Those whose UIDs are not known are noted, to be looked for when all are appended. */
function recordCopies(
  mailbox: OpenMailbox,
  { source, target, reluctance }: Offer,
  { messages, uids }: Appended,
): readonly Copy[] {
  const { store, idx, name, report, progress } = mailbox;
  reluctance.taken(messages.map(({ uid }) => uid));
  if (uids === undefined) {
    progress[source].unnamed = union(progress[source].unnamed, uidSetOf(messages.map(({ uid }) => uid)));
    return [];
  }
  const told = uidSetOf(uids);
  const taken = intersect(told, progress[target].mapped);
  if (!isEmpty(taken)) {
    progress[target].areCopiesDoubted = true;
    const message = `the server told UID ${formatUidSet(taken)} for two messages`;
    throw new InterimapError("MAILBOX_PROTOCOL", message, { side: target, hint: "it is looked for in the next run" });
  }
  const copies = messages.map((message, i) => ({ message, uid: uids[i] as number }));
  store.transaction(() => {
    store.noteConfirmed(idx, source, uidSetOf(messages.map(({ uid }) => uid)));
    store.addMappings(
      idx,
      copies.map(({ message, uid }) => ({
        ...(source === "local" ? { local: message.uid, remote: uid } : { local: uid, remote: message.uid }),
        prints: printsOfCopy(message, source),
      })),
    );
    for (const { message } of copies)
      if (progress[source].refused.has(message.uid)) clearRefusal(mailbox, source, message.uid);
  });
  progress[target].mapped = union(progress[target].mapped, told);
  progress[target].copied = union(progress[target].copied, told);
  const sourceUids = copies.map(({ message }) => message.uid);
  progress[source].mapped = union(progress[source].mapped, uidSetOf(sourceUids));
  report({
    type: "messages-added",
    side: target,
    mailbox: name,
    sourceUids,
    uids,
  });
  return copies;
}
