// Appends a batch of messages to the other side and records the copies. A refused batch is divided until only the messages
// are left that the server does not want, or until it is clear that it takes none for now.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";
import { concernOf } from "../../imap/refusal-concern.ts";
import { append, type AppendTarget, type OutgoingMessage } from "../../imap/verbs/append.ts";
import type { FetchedMessage } from "../../imap/verbs/fetch.ts";
import { withoutFlags } from "../../model/flags.ts";
import { messageIdOf } from "../../model/message-id.ts";
import { type UidSet, uidSetOf } from "../../model/uid-set.ts";
import type { Lane } from "./append-lanes.ts";
import type { Reluctance } from "./reluctance.ts";
import type { Copy, TransferHooks } from "./transfer-hooks.ts";

/** Where copies go, and whether the server seems to take them. */
export interface Offer {
  readonly destination: Omit<AppendTarget, "turn">;
  readonly reluctance: Reluctance;
  readonly hooks: TransferHooks;
}

interface Part {
  readonly lane: Lane;
  readonly messages: readonly FetchedMessage[];
  /** Some of them were already offered singly. */
  readonly isProbed?: boolean;
  /** The last message of the whole batch. */
  readonly newest?: FetchedMessage | undefined;
}

/**
 * Appends all or, if the server refuses, one half after the other, down to the message that it does not want. Messages that
 * are not sent, because the server takes none for now, are left to later runs.
 */
export async function appendBatch(
  offer: Offer,
  { lane, messages, isProbed = false, newest = messages.at(-1) }: Part,
): Promise<readonly Copy[]> {
  const { reluctance, hooks } = offer;
  const left = messages.filter(({ uid }) => !reluctance.hasTried(uid));
  const [first] = left;
  if (first === undefined || reluctance.isHalted) return [];
  const mayProbe = left.length > 1 && !isProbed;
  if (mayProbe && reluctance.isCautious)
    return probe({ offer, appendRest: appendBatch }, { lane, messages: left, newest });
  try {
    return await appendAll(offer, { lane, messages: left });
  } catch (error) {
    if (lane.isWithdrawn() && error instanceof CommandRefused) hooks.withdrawn(uidsAmong(left));
    if (!isRefusal(error) || lane.isWithdrawn()) throw error;
    await lane.makeWay();
    if (left.length === 1) return appendRefused(offer, { session: lane.session, message: first, error });
    const again = { lane: { ...lane, turn: undefined }, messages: left, isProbed, newest };
    const concern = concernOf(error);
    const isGeneral = concern === "room" || concern === "moment";
    return mayProbe && isGeneral ? probe({ offer, appendRest: divide }, again) : divide(offer, again);
  }
}

type Append = (offer: Offer, part: Part) => Promise<readonly Copy[]>;

/** One half after the other; all of them together were refused. */
async function divide(offer: Offer, part: Part): Promise<readonly Copy[]> {
  const { messages, newest } = part;
  const middle = messages.length >> 1;
  const copies: Copy[] = [];
  for (const half of [messages.slice(0, middle), messages.slice(middle)]) {
    copies.push(...(await appendBatch(offer, { ...part, messages: half })));
    if (offer.reluctance.isOnTheBrink && newest !== undefined)
      copies.push(...(await appendBatch(offer, { ...part, messages: [newest] })));
  }
  return copies;
}

/** Offers single messages until one is taken, then all the others; if none is taken, the others are not sent. */
async function probe(
  { offer, appendRest }: { readonly offer: Offer; readonly appendRest: Append },
  { lane, messages, newest }: Part,
): Promise<readonly Copy[]> {
  const copies: Copy[] = [];
  let { turn } = lane;
  for (const message of probesAmong(messages)) {
    if (copies.length > 0) break;
    copies.push(...(await appendBatch(offer, { lane: { ...lane, turn }, messages: [message] })));
    turn = undefined;
  }
  const rest = { lane: { ...lane, turn }, messages, newest, isProbed: true };
  return [...copies, ...(await appendRest(offer, rest))];
}

/** The first, because of the order; the smallest, because there may be room for it; and others, which may be of another kind. */
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
async function appendAll(offer: Offer, { lane, messages }: Part): Promise<readonly Copy[]> {
  const { destination, hooks } = offer;
  const { session, turn } = lane;
  const outgoing = messages.map((message): OutgoingMessage => ({
    ...message,
    flags: hooks.acceptFlags(message.flags),
  }));
  hooks.sending(uidsAmong(messages));
  return taken(offer, messages, await append(session, { ...destination, turn }, outgoing));
}

interface RefusedMessage {
  readonly session: Channel;
  readonly message: FetchedMessage;
  readonly error: CommandRefused;
}

/** It may be a keyword that the server does not want, rather than the message. */
async function appendRefused(offer: Offer, { session, message, error }: RefusedMessage): Promise<readonly Copy[]> {
  const { destination, reluctance, hooks } = offer;
  const { words: reason, retryAfterMs } = error;
  const concern = concernOf(error);
  const flags = hooks.withoutNewKeywords(message.flags);
  if (flags !== undefined && concern !== "room" && concern !== "moment") {
    try {
      hooks.sending(uidsAmong([message]));
      const uids = await append(session, destination, [{ ...message, flags }]);
      hooks.flagsRefused({ uids: uidSetOf(uids ?? []), keywords: withoutFlags(message.flags, flags), reason });
      return taken(offer, [message], uids);
    } catch (again) {
      if (!(again instanceof CommandRefused)) throw again;
    }
  }
  const { uid, bytes } = message;
  reluctance.refused({
    ...{ uid, by: "target", size: bytes.length, messageId: messageIdOf(bytes) },
    ...{ reason, concern, retryAfterMs },
  });
  return [];
}

function taken(
  { reluctance, hooks }: Offer,
  messages: readonly FetchedMessage[],
  uids: readonly number[] | undefined,
): readonly Copy[] {
  reluctance.taken(messages.map(({ uid }) => uid));
  hooks.copied(messages, uids);
  return uids === undefined ? [] : messages.map((message, i) => ({ message, uid: uids[i]! }));
}

function uidsAmong(messages: readonly FetchedMessage[]): UidSet {
  return uidSetOf(messages.map(({ uid }) => uid));
}
