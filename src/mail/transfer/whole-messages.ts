// Finds messages of which the server delivered only the beginning. They have fewer octets than it says (RFC822.SIZE); but that
// need not be exact, so the server is asked whether there is more of them.

import type { Channel } from "../../imap/mailbox/channel.ts";
import { type FetchedMessage, fetchMessages, fetchSizes, hasMoreThan } from "../../imap/verbs/fetch.ts";
import { messageIdOf } from "../../model/message-id.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import { theServer } from "../../model/vocabulary.ts";
import { allDone } from "../../util/all-done.ts";
import { sum } from "../../util/sum.ts";
import type { TransferHooks } from "./transfer-hooks.ts";

interface From {
  readonly source: Channel;
  readonly hooks: Pick<TransferHooks, "refused">;
}

interface Delivered {
  readonly messages: readonly FetchedMessage[];
  /** What all of them should measure. */
  readonly octets: number;
}

/** A message that is shorter than its server says. */
interface Short {
  readonly message: FetchedMessage;
  readonly size: number;
}

/** Of this many messages a server is asked whether there is more, unless there is: its sizes are inexact then. */
const fewToAsk = 5;

/** One that was cut short is fetched once more, alone. If it is cut short again, it is refused. */
export async function wholeMessages(from: From, { messages, octets }: Delivered): Promise<FetchedMessage[]> {
  if (messages.length === 0 || sum(messages.map(({ bytes }) => bytes.length)) >= octets) return [...messages];
  const cut = await findCut(from, messages);
  const instead = new Map<number, FetchedMessage | undefined>();
  for (const short of cut) instead.set(short.message.uid, await fetchAgain(from, short));
  return messages.flatMap((message) => {
    const one = instead.has(message.uid) ? instead.get(message.uid) : message;
    return one === undefined ? [] : [one];
  });
}

async function findCut(from: From, messages: readonly FetchedMessage[]): Promise<readonly Short[]> {
  const told = await fetchSizes(from.source, uidSetOf(messages.map(({ uid }) => uid)));
  const sizes = new Map([...told].map(({ uid, size }) => [uid, size]));
  const short = messages
    .map((message) => ({ message, size: sizes.get(message.uid) ?? 0 }))
    .filter(({ message, size }) => message.bytes.length < size)
    .sort((a, b) => a.message.bytes.length / a.size - b.message.bytes.length / b.size);
  const cut = await thoseCut(from, short.slice(0, fewToAsk));
  return cut.length === 0 ? [] : [...cut, ...(await thoseCut(from, short.slice(fewToAsk)))];
}

async function thoseCut({ source }: From, short: readonly Short[]): Promise<readonly Short[]> {
  const answers = await allDone(short.map(({ message: { uid, bytes } }) => hasMoreThan(source, uid, bytes.length)));
  return short.filter((_, i) => answers[i]);
}

async function fetchAgain(from: From, { message, size }: Short): Promise<FetchedMessage | undefined> {
  const { source, hooks } = from;
  const { uid } = message;
  const [again = message] = await fetchMessages(source, uidSetOf([uid]), { octets: size });
  const isWhole = again.bytes.length >= size || !(await hasMoreThan(source, uid, again.bytes.length));
  if (isWhole) return again;
  const reason = `${theServer(source.side)} delivers only ${again.bytes.length} octets of it, and has more`;
  hooks.refused({ uid, by: "source", size, messageId: messageIdOf(again.bytes), reason });
  return undefined;
}
