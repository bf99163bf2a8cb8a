// Copies new messages to the other side, both directions at once (walk 1 in ARCHITECTURE.md): summaries, batches, and
// then batch n+1 is being fetched while batch n is being appended.

import { append, type OutgoingMessage } from "../imap/commands/append.ts";
import { fetchFlags, fetchMessages, fetchSummaries, type FetchedMessage } from "../imap/commands/fetch.ts";
import { CommandRefused } from "../imap/command-refused.ts";
import { allDone } from "../model/all-done.ts";
import { messageIdOf } from "../model/message-id.ts";
import { storableFlags, unionFlags } from "../model/flags.ts";
import { bothSides, otherSide, type PerSide, type Side } from "../model/side.ts";
import { uidSetOf, union, type UidSet } from "../model/uid-set.ts";
import { ByteBudget } from "./byte-budget.ts";
import { planCopies } from "./copy-plan.ts";
import type { OpenMailbox } from "./open-mailbox.ts";

/** Large enough that round trips do not count, small enough that the target starts early. */
const batchLimits = { octets: 1 << 20, messages: 500 };
/** Octets fetched or being fetched and not yet appended, for each direction. */
const inFlightOctets = 8 << 20;

/** Copies the given messages of each side to the other. */
export async function copyNewMessages(mailbox: OpenMailbox, uids: PerSide<UidSet>): Promise<void> {
  // Both summaries come first: neither side's list may contain what is copied to it now.
  const summaries = await bothSides(async (side) => {
    const found = await fetchSummaries(mailbox.sessions[side], uids[side]);
    const present = new Set(found.map(({ uid }) => uid));
    for (const uid of mailbox.progress[side].refused) if (!present.has(uid)) clearRefusal(mailbox, side, uid);
    return found;
  });
  await bothSides((source) => copyFrom(mailbox, source, summaries[source]));
}

type Summaries = Awaited<ReturnType<typeof fetchSummaries>>;

async function copyFrom(mailbox: OpenMailbox, source: Side, summaries: Summaries): Promise<void> {
  const { batches, empty } = planCopies(summaries, batchLimits);
  for (const uid of empty) mailbox.report({ type: "empty-message", side: source, mailbox: mailbox.name, uid });
  if (batches.length > 0) markInterruptible(mailbox);
  const budget = new ByteBudget(inFlightOctets);
  const direction: Direction = { source, target: otherSide(source) };
  const copies: Promise<void>[] = [];
  let hasFailed = false;
  for (const { uids, octets } of batches) {
    await budget.acquire(octets);
    if (hasFailed) break;
    const copy = copyBatch(mailbox, direction, uids)
      .catch((error: unknown) => {
        hasFailed = true;
        throw error;
      })
      .finally(() => {
        budget.release(octets);
      });
    copy.catch(() => undefined);
    copies.push(copy);
  }
  await allDone(copies);
}

/** From the first APPEND to the checkpoint a copy may exist whose mapping was never recorded. */
function markInterruptible({ store, idx, progress }: OpenMailbox): void {
  store.markInterruptible(idx, { local: progress.local.floor, remote: progress.remote.floor });
}

interface Direction {
  readonly source: Side;
  readonly target: Side;
}

async function copyBatch(mailbox: OpenMailbox, direction: Direction, uids: readonly number[]): Promise<void> {
  const { source, target } = direction;
  const messages = await fetchMessages(mailbox.sessions[source], uidSetOf(uids));
  messages.sort((a, b) => a.uid - b.uid);
  const parts = mailbox.sessions[target].capabilities.has("MULTIAPPEND") ? [messages] : messages.map((one) => [one]);
  await allDone(parts.map((part) => appendPart(mailbox, direction, part)));
}

/** Appends all or, when the server refuses, one after the other's half, down to the message it does not want. */
async function appendPart(
  mailbox: OpenMailbox,
  direction: Direction,
  messages: readonly FetchedMessage[],
): Promise<void> {
  const { source, target } = direction;
  const [first] = messages;
  if (first === undefined) return;
  const view = mailbox.views[target];
  const { wireName, uidValidity } = view;
  try {
    const outgoing = messages.map((message): OutgoingMessage => ({
      ...message,
      flags: storableFlags(message.flags, view.permanentFlags),
    }));
    const uids = await append(mailbox.sessions[target], { wireName, uidValidity }, outgoing);
    await recordCopies(mailbox, direction, { messages, uids });
  } catch (error) {
    if (!(error instanceof CommandRefused) || error.command !== "APPEND") throw error;
    if (error.responseCode?.name === "TRYCREATE") throw error;
    if (messages.length > 1) {
      const middle = messages.length >> 1;
      await appendPart(mailbox, direction, messages.slice(0, middle));
      await appendPart(mailbox, direction, messages.slice(middle));
      return;
    }
    recordRefusal(mailbox, { source, target, message: first, error });
  }
}

interface Copies {
  readonly messages: readonly FetchedMessage[];
  readonly uids: readonly number[];
}

async function recordCopies(mailbox: OpenMailbox, direction: Direction, { messages, uids }: Copies): Promise<void> {
  const { source, target } = direction;
  const { store, idx, name, report, progress } = mailbox;
  const rows = messages.map(({ uid }, i) => ({ [source]: uid, [target]: uids[i] ?? 0 }) as unknown as PerSide<number>);
  store.addMappings(idx, rows);
  for (const { uid } of messages) if (progress[source].refused.has(uid)) clearRefusal(mailbox, source, uid);
  progress[target].copies = union(progress[target].copies, uidSetOf(uids));
  report({
    type: "messages-added",
    side: target,
    mailbox: name,
    sourceUids: messages.map(({ uid }) => uid),
    uids,
  });
  await readBack(mailbox, direction, { messages, uids });
}

/** Servers add keywords of their own to what is appended, or drop some: what they really keep is compared. */
async function readBack(
  mailbox: OpenMailbox,
  { source, target }: Direction,
  { messages, uids }: Copies,
): Promise<void> {
  const view = mailbox.views[target];
  const kept = await fetchFlags(mailbox.sessions[target], uidSetOf(uids));
  messages.forEach((message, i) => {
    const uid = uids[i] ?? 0;
    const found = kept.get(uid);
    const sent = storableFlags(message.flags, view.permanentFlags);
    if (found === undefined || found.flags === sent) return;
    mailbox.flags.learn(source, message.uid, message.flags);
    view.noteChange(uid, found);
    // What was dropped although the mailbox claims to keep it is offered once more, never taken from the source.
    if (unionFlags(found.flags, sent) !== found.flags) {
      mailbox.flags.forget(source, message.uid);
      mailbox.views[source].noteChange(message.uid, { flags: message.flags, modSeq: 0n });
    }
  });
}

/** The server took it this time, or it is gone. */
function clearRefusal({ store, idx, progress }: OpenMailbox, side: Side, uid: number): void {
  progress[side].refused.delete(uid);
  store.clearRefused(idx, side, uid);
}

interface Refusal extends Direction {
  readonly message: FetchedMessage;
  readonly error: CommandRefused;
}

function recordRefusal({ store, idx, name, report }: OpenMailbox, { source, target, message, error }: Refusal): void {
  store.recordRefused(idx, {
    side: source,
    uid: message.uid,
    size: message.bytes.length,
    messageId: messageIdOf(message.bytes),
    reason: error.words,
  });
  report({ type: "message-refused", side: target, mailbox: name, sourceUid: message.uid, reason: error.words });
}
