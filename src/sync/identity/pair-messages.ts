// Pairs messages that both servers hold without a mapping saying so: those that are the same, although a server, or the
// program that brought them there, altered them.

import { fetchHeaderSizes, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import { planIdentification } from "../../mail/matching/identify-plan.ts";
import { pairInOrder, pairSame, without } from "../../mail/matching/match-plan.ts";
import { bothSides, otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { type WithText, withTexts } from "./read-texts.ts";

type Sessions = Pick<OpenMailbox, "sessions">;

export interface Identified {
  /** The same messages; those that were read for it have their latest flags. */
  readonly messages: PerSide<readonly MessageIdentity[]>;
  /** Equal for messages that are the same; undefined: like none on the other side. */
  readonly keyOf: (message: MessageIdentity) => string | undefined;
}

/** Finds out which messages of both sides are the same. Reads what Message-ID and size do not tell apart. */
export async function identify(mailbox: Sessions, messages: PerSide<readonly MessageIdentity[]>): Promise<Identified> {
  const { keys, otherSizes, toRead, altered } = planIdentification(messages);
  const unlike = new Set(await whoseTextsDiffer(mailbox, otherSizes));
  const pairs = [...unlike];
  const first = await bothSides((side) =>
    withTexts(mailbox, side, [...toRead[side], ...pairs.map((one) => one[side])]),
  );
  const isLeft = sides.every((side) => altered[side].length + leftOf(first, side).length > 0);
  const second = await bothSides((side) => withTexts(mailbox, side, isLeft ? altered[side] : []));
  const read = perSide((side) => new Map([...first[side], ...second[side]].map((message) => [message.uid, message])));
  const allKeys = new Map(keys);
  for (const pair of otherSizes)
    if (!unlike.has(pair)) for (const side of sides) allKeys.set(pair[side], pair[side].messageId!);
  for (const side of sides) for (const message of read[side].values()) allKeys.set(message, keyOfText(message));
  return {
    messages: perSide((side) => messages[side].map((message) => read[side].get(message.uid) ?? message)),
    keyOf: (message) => allKeys.get(message),
  };
}

/** Those without Message-ID that have no like among those that were read. */
function leftOf(read: PerSide<readonly WithText[]>, side: Side): readonly WithText[] {
  const nameless = perSide((one) => read[one].filter(({ messageId }) => messageId === undefined));
  return without(nameless[side], pairInOrder(nameless, keyOfText), side);
}

/** Without Message-ID the same text is not enough: many programs send the same one every day. */
function keyOfText({ messageId, text, author }: WithText): string {
  return messageId === undefined ? `${text} ${author}` : `${messageId} ${text}`;
}

/** Those that differ in size by more than their headers do. */
async function whoseTextsDiffer(
  { sessions }: Sessions,
  pairs: readonly PerSide<MessageIdentity>[],
): Promise<PerSide<MessageIdentity>[]> {
  if (pairs.length === 0) return [];
  const headers = await bothSides((side) =>
    fetchHeaderSizes(sessions[side], uidSetOf(pairs.map((pair) => pair[side].uid))),
  );
  return pairs.filter((pair) => {
    const [local, remote] = sides.map((side) => pair[side].size - (headers[side].get(pair[side].uid) ?? NaN));
    return local !== remote;
  });
}

interface Paired {
  readonly pairs: readonly PerSide<MessageIdentity>[];
  readonly left: PerSide<readonly MessageIdentity[]>;
}

/** Those that are the same, in the order of their UIDs; equal ones first. */
async function pairIdentified(mailbox: Sessions, messages: PerSide<readonly MessageIdentity[]>): Promise<Paired> {
  const { messages: all, keyOf } = await identify(mailbox, messages);
  const pairs = pairSame(all, keyOf);
  return { pairs, left: perSide((side) => without(all[side], pairs, side)) };
}

/** Those that are the same; also where one of them had no Message-ID before. */
export async function pairMessages(
  mailbox: Sessions,
  messages: PerSide<readonly MessageIdentity[]>,
): Promise<PerSide<MessageIdentity>[]> {
  const { pairs, left } = await pairIdentified(mailbox, messages);
  return [...pairs, ...(await pairUnnamed(mailbox, left))];
}

/**
 * As {@link pairMessages}, of messages that came since copies were begun. What has the same Message-ID and says that the same
 * person wrote it at the same time is a copy, even where the server wrote the text anew.
 */
export async function pairCopies(
  mailbox: Sessions,
  messages: PerSide<readonly MessageIdentity[]>,
): Promise<PerSide<MessageIdentity>[]> {
  const { pairs, left } = await pairIdentified(mailbox, messages);
  const read = await readSharing(mailbox, left, ({ messageId }) => messageId);
  const rewritten = pairInOrder(read, ({ messageId, author, isDated }) =>
    isDated ? `${messageId ?? ""} ${author}` : undefined,
  );
  const rest = perSide((side) => without(left[side], rewritten, side));
  return [...pairs, ...rewritten, ...(await pairUnnamed(mailbox, rest))];
}

/** A server, or another program, has given a Message-ID to what had none. */
async function pairUnnamed(
  mailbox: Sessions,
  messages: PerSide<readonly MessageIdentity[]>,
): Promise<PerSide<MessageIdentity>[]> {
  const nameless = perSide((side) => messages[side].filter(({ messageId }) => messageId === undefined));
  const pairs: PerSide<MessageIdentity>[] = [];
  for (const side of sides) {
    const named = messages[otherSide(side)].filter(({ messageId }) => messageId !== undefined);
    const candidates = { ...nameless, [otherSide(side)]: named };
    const read = await readSharing(mailbox, candidates, ({ date }) => String(date));
    pairs.push(...pairInOrder(read, ({ text, author }) => `${text} ${author}`));
  }
  return pairs;
}

/** Those that share something with one of the other side. */
async function readSharing(
  mailbox: Sessions,
  messages: PerSide<readonly MessageIdentity[]>,
  whatOf: (message: MessageIdentity) => string | undefined,
): Promise<PerSide<WithText[]>> {
  const there = perSide((side) => new Set(messages[side].map(whatOf)));
  return bothSides((side) => {
    const isShared = (what: string | undefined): boolean => what !== undefined && there[otherSide(side)].has(what);
    return withTexts(
      mailbox,
      side,
      messages[side].filter((message) => isShared(whatOf(message))),
    );
  });
}
