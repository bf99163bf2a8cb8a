// Appends a batch of messages to the other side and records the copies. A batch that is refused is divided until only the
// messages are left that the server does not want.

import type { Channel } from "../imap/channel.ts";
import { CommandRefused } from "../imap/command-refused.ts";
import { append, type AppendTarget, type OutgoingMessage } from "../imap/commands/append.ts";
import type { FetchedMessage } from "../imap/commands/fetch.ts";
import { InterimapError } from "../model/errors.ts";
import { withoutFlags } from "../model/flags.ts";
import { messageIdOf } from "../model/message-id.ts";
import type { Side } from "../model/side.ts";
import { formatUidSet, intersect, isEmpty, uidSetOf, union } from "../model/uid-set.ts";
import type { Lane } from "./append-lanes.ts";
import { flagsWithoutNewKeywords, noteFlagRefusal, offerFlags } from "./offer-flags.ts";
import type { Direction, OpenMailbox } from "./open-mailbox.ts";
import { clearRefusal, recordRefusal } from "./refusals.ts";

/** A message and the UID of its copy. */
export interface Copy {
  readonly message: FetchedMessage;
  readonly uid: number;
}

interface Part {
  readonly lane: Lane;
  readonly messages: readonly FetchedMessage[];
}

/** Appends all or, when the server refuses, one half after the other, down to the message it does not want. */
export async function appendBatch(
  mailbox: OpenMailbox,
  direction: Direction,
  { lane, messages }: Part,
): Promise<readonly Copy[]> {
  const [first] = messages;
  if (first === undefined) return [];
  try {
    return await appendAll(mailbox, direction, { lane, messages });
  } catch (error) {
    if (!isRefusal(error) || lane.isWithdrawn()) throw error;
    await lane.makeWay();
    if (messages.length === 1)
      return appendRefused(mailbox, direction, { session: lane.session, message: first, reason: error.words });
    const middle = messages.length >> 1;
    const copies: Copy[] = [];
    for (const half of [messages.slice(0, middle), messages.slice(middle)])
      copies.push(...(await appendBatch(mailbox, direction, { lane: { ...lane, turn: undefined }, messages: half })));
    return copies;
  }
}

function isRefusal(error: unknown): error is CommandRefused {
  return error instanceof CommandRefused && error.responseCode?.name !== "TRYCREATE";
}

/** All or none. @throws CommandRefused */
async function appendAll(mailbox: OpenMailbox, direction: Direction, part: Part): Promise<readonly Copy[]> {
  const { target: side } = direction;
  const { session, turn } = part.lane;
  mailbox.progress[side].isTouched = true;
  const outgoing = part.messages.map((message): OutgoingMessage => ({
    ...message,
    flags: offerFlags(mailbox, side, message.flags),
  }));
  const uids = await append(session, { ...appendTarget(mailbox, side), turn }, outgoing);
  return recordCopies(mailbox, direction, { messages: part.messages, uids });
}

function appendTarget({ views, progress }: OpenMailbox, side: Side): AppendTarget {
  const { wireName, uidValidity } = views[side];
  return { wireName, uidValidity, nextUid: progress[side].nextUid };
}

interface RefusedMessage {
  readonly session: Channel;
  readonly message: FetchedMessage;
  readonly reason: string;
}

/** It may be a keyword that the server does not want, rather than the message. */
async function appendRefused(
  mailbox: OpenMailbox,
  direction: Direction,
  { session, message, reason }: RefusedMessage,
): Promise<readonly Copy[]> {
  const { target: side } = direction;
  const flags = flagsWithoutNewKeywords(mailbox, side, message.flags);
  if (flags !== undefined) {
    try {
      const uids = await append(session, appendTarget(mailbox, side), [{ ...message, flags }]);
      const keywords = withoutFlags(message.flags, flags);
      noteFlagRefusal(mailbox, { side, uids: uidSetOf(uids ?? []), keywords, reason });
      return recordCopies(mailbox, direction, { messages: [message], uids });
    } catch (error) {
      if (!(error instanceof CommandRefused)) throw error;
    }
  }
  const { uid, bytes } = message;
  recordRefusal(mailbox, direction, { uid, size: bytes.length, messageId: messageIdOf(bytes), reason });
  return [];
}

interface Appended {
  readonly messages: readonly FetchedMessage[];
  /** In the order of the messages; undefined when the server did not tell them. */
  readonly uids: readonly number[] | undefined;
}

/** Those whose UIDs are not known are noted, to be looked for when all are appended. */
function recordCopies(
  mailbox: OpenMailbox,
  { source, target }: Direction,
  { messages, uids }: Appended,
): readonly Copy[] {
  const { store, idx, name, report, progress } = mailbox;
  if (uids === undefined) {
    progress[source].unnamed = union(progress[source].unnamed, uidSetOf(messages.map(({ uid }) => uid)));
    return [];
  }
  const taken = intersect(uidSetOf(uids), progress[target].copies);
  if (!isEmpty(taken)) {
    const message = `the server told UID ${formatUidSet(taken)} for two messages`;
    throw new InterimapError("MAILBOX_PROTOCOL", message, { side: target, hint: "it is looked for in the next run" });
  }
  const copies = messages.map((message, i) => ({ message, uid: uids[i] as number }));
  store.transaction(() => {
    store.addMappings(
      idx,
      copies.map(({ message, uid }) =>
        source === "local" ? { local: message.uid, remote: uid } : { local: uid, remote: message.uid },
      ),
    );
    for (const { message } of copies)
      if (progress[source].refused.has(message.uid)) clearRefusal(mailbox, source, message.uid);
  });
  progress[target].copies = union(progress[target].copies, uidSetOf(uids));
  report({
    type: "messages-added",
    side: target,
    mailbox: name,
    sourceUids: copies.map(({ message }) => message.uid),
    uids,
  });
  return copies;
}
