// Transfers messages of one mailbox from one server to the other: while a batch is appended, the next is fetched. The hooks
// know what the copies mean to the caller.

import type { Channel } from "../../imap/mailbox/channel.ts";
import type { Session } from "../../imap/session/session.ts";
import type { FetchedMessage } from "../../imap/verbs/fetch.ts";
import { noop } from "../../imap/verbs/mailbox.ts";
import { interrupted } from "../../model/errors.ts";
import { messageIdOf } from "../../model/message-id.ts";
import type { MessageSize } from "../../model/message-sizes.ts";
import { hasUid, isEmpty, subtract, type UidSet, uidSetOf } from "../../model/uid-set.ts";
import { theServer } from "../../model/vocabulary.ts";
import { allDone } from "../../util/all-done.ts";
import { appendBatch, type Offer } from "./append-batch.ts";
import { AppendLanes } from "./append-lanes.ts";
import type { Batch } from "./batch-plan.ts";
import type { BatchQueue } from "./batch-queue.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { fetchAsGiven } from "./fetch-as-given.ts";
import { beyondLimit } from "./largest.ts";
import { wholeMessages } from "./whole-messages.ts";

/** The memory that a message in flight takes beside its octets. */
const messageOverhead = 2048;
/** With this many octets to append, the cost of one more login does not matter. */
const worthAnotherConnection = 16 << 20;
/** A message that is larger than its server says by more than this is not copied; mail is hardly ever larger. */
const largestSurprise = 128 << 20;

/** Further connections to the target. */
export interface Spares {
  /** Undefined if the server allows no more. */
  readonly acquire: () => Promise<Session | undefined>;
  readonly release: (session: Session) => void;
}

export interface Route extends Offer {
  readonly source: Channel;
  readonly target: Channel;
  readonly spares: Spares;
  /** Of the octets that were fetched from the source and not yet appended. */
  readonly budget: ByteBudget;
  /** A connection died when they were transferred: each of them travels alone. */
  readonly suspects: UidSet;
  /** The size of all batches together, as far as it is known by now. */
  readonly octetsExpected: () => number;
  /** Once this is aborted, no further batch begins. */
  readonly stop: AbortSignal;
}

interface Transfer extends Route {
  readonly lanes: AppendLanes;
  /** By UID, of messages that are copied alone. */
  readonly messageIds: Map<number, string>;
}

/**
 * Copies batch after batch, in their order. If the target takes nothing for now, the rest is skipped: see Reluctance.
 * @throws InterimapError; INTERRUPTED when `stop` was aborted before the last batch.
 */
export async function transferAll(route: Route, batches: BatchQueue): Promise<void> {
  const lanes = lanesFor(route);
  const copies: Promise<void>[] = [];
  const begun = beginAll({ ...route, lanes: lanes.all, messageIds: new Map() }, { batches, copies, lanes });
  // An error of the batches says more than an error of their list.
  const isCutShort = await begun.catch((error: unknown) => void copies.push(Promise.reject(error as Error)));
  try {
    await allDone(copies);
    if (isCutShort === true) throw interrupted();
    // By then, everything on the list is known, transferred or not.
    await batches.left();
  } finally {
    lanes.release();
    await batches.end();
  }
}

interface Begun {
  readonly batches: BatchQueue;
  /** Gets the copies of one batch after the other. */
  readonly copies: Promise<void>[];
  readonly lanes: LentLanes;
}

/** Returns whether it ended before the last batch, and not because of the target. */
async function beginAll(transfer: Transfer, { batches, copies, lanes }: Begun): Promise<boolean> {
  const { suspects, reluctance, budget, stop, hooks } = transfer;
  let hasFailed = false;
  for (let batch = await batches.next(); batch !== undefined; batch = await batches.next()) {
    const { uids, octets } = batch;
    const isSuspect = hasUid(suspects, uids[0] ?? 0);
    const memory = octets + uids.length * messageOverhead;
    if (isSuspect || reluctance.isCautious) await Promise.allSettled(copies);
    if (reluctance.isHalted && !(await isTakenFromElsewhere(transfer, (await batches.left()).at(-1) ?? batch)))
      return false;
    lanes.widen();
    await budget.acquire(memory);
    if (hasFailed || stop.aborted) {
      budget.release(memory);
      return !reluctance.hasSkipped;
    }
    const copy = copyBatch(transfer, { uids, octets })
      .catch((error: unknown) => {
        const messageId = transfer.messageIds.get(uids[0] ?? 0);
        hooks.failed({ uids, octets, error, isSuspect, isFirst: !hasFailed, messageId });
        hasFailed = true;
        throw error;
      })
      .finally(() => {
        budget.release(memory);
      });
    copy.catch(() => undefined);
    copies.push(copy);
    if (isSuspect) await Promise.allSettled([copy]);
  }
  return false;
}

/** Before a whole mailbox waits without a reason, its last message is offered: it may be of another kind. */
async function isTakenFromElsewhere(transfer: Transfer, { uids, octets }: Batch): Promise<boolean> {
  const { reluctance, hooks } = transfer;
  const newest = uids.at(-1);
  if (newest === undefined || reluctance.hasTried(newest) || !reluctance.reprieve()) return false;
  const last = { uids: [newest], octets };
  await copyBatch(transfer, last).catch((error: unknown) => {
    hooks.failed({ ...last, error, isSuspect: false, isFirst: false, messageId: transfer.messageIds.get(newest) });
    throw error;
  });
  return !reluctance.isHalted;
}

interface LentLanes {
  readonly all: AppendLanes;
  /** A second connection joins, once, if there is enough to append and the server allows it. */
  readonly widen: () => void;
  readonly release: () => void;
}

function lanesFor({ target, spares, reluctance, octetsExpected }: Route): LentLanes {
  const all = new AppendLanes(target, {
    takesSeveral: takesSeveral(target),
    mayGo: () => !reluctance.isHalted,
  });
  let lending: Promise<Session | undefined> | undefined;
  return {
    all,
    widen: () => {
      if (lending !== undefined || !takesSeveral(target) || octetsExpected() < worthAnotherConnection) return;
      lending = spares.acquire();
      void lending.then((session) => {
        if (session !== undefined) all.add(session);
      });
    },
    release: () => {
      void lending?.then((session) => {
        if (session !== undefined) spares.release(session);
      });
    },
  };
}

function takesSeveral(session: Channel): boolean {
  return session.capabilities.multiAppend;
}

async function copyBatch(
  transfer: Transfer,
  { uids, octets, isAgain = false }: Batch & { readonly isAgain?: boolean },
): Promise<void> {
  const { hooks, budget } = transfer;
  const larger = new Map<number, number>();
  const onLarger = (uid: number, found: number): void => void larger.set(uid, found);
  const { delivered, refused, absent } = await fetchAsGiven(transfer, { uids, octets, onLarger });
  for (const { uid } of delivered.filter(isEmptyMessage))
    hooks.refused({ uid, by: "source", size: 0, messageId: undefined, reason: "the message is empty" });
  const messages = await wholeMessages(transfer, { octets, messages: delivered.filter((one) => !isEmptyMessage(one)) });
  if (uids.length === 1) noteMessageId(transfer, uids[0]!, messages[0]);
  messages.sort((a, b) => a.uid - b.uid);
  const found = uidSetOf([...delivered.map(({ uid }) => uid), ...refused, ...larger.keys()]);
  const undelivered = subtract(uidSetOf(uids), found);
  if (!isEmpty(undelivered)) await hooks.undelivered(undelivered, absent);
  const prepared = hooks.prepare === undefined ? messages : await hooks.prepare(messages);
  if (prepared.length > 0) await appendFetched(transfer, prepared);
  const most = Math.min(largestSurprise, transfer.source.limits.literal);
  for (const [uid, size] of larger) {
    if (isAgain || size > most) refuseLarger(transfer, { uid, size });
    // No memory is reserved for it, so it goes alone.
    else await budget.alone(() => copyAgain(transfer, { uids: [uid], octets: size }));
  }
}

function noteMessageId({ messageIds }: Transfer, uid: number, message: FetchedMessage | undefined): void {
  const messageId = message && messageIdOf(message.bytes);
  if (messageId !== undefined) messageIds.set(uid, messageId);
}

async function copyAgain(transfer: Transfer, batch: Batch): Promise<void> {
  if (transfer.stop.aborted) throw interrupted();
  await copyBatch(transfer, { ...batch, isAgain: true });
}

function refuseLarger({ source, hooks }: Transfer, { uid, size }: Pick<MessageSize, "uid" | "size">): void {
  const isTooLarge = size > source.limits.literal;
  const surprise = `${theServer(source.side)} sends ${size} octets of it, far more than it says (RFC822.SIZE)`;
  const reason = isTooLarge ? beyondLimit(source) : surprise;
  hooks.refused({ uid, by: "us", size, messageId: undefined, reason });
}

async function appendFetched(transfer: Transfer, messages: readonly FetchedMessage[]): Promise<void> {
  const { target, lanes, reluctance, hooks } = transfer;
  const parts = takesSeveral(target) ? [messages] : messages.map((one) => [one]);
  // One at a time, until it is clear that the server takes messages at all.
  while (parts.length > 1 && reluctance.isCautious && !reluctance.isHalted) await appendPart(parts.shift()!);
  await allDone(parts.map(appendPart));

  async function appendPart(part: readonly FetchedMessage[]): Promise<void> {
    const copies = await lanes.run(async (lane) => {
      const made = await appendBatch(transfer, { lane, messages: part });
      // What another connection appended shows only after a NOOP. Sent now, it goes out before what is read back.
      if (lane.session !== target) noop(target).catch(() => undefined);
      return made;
    });
    hooks.appended(copies);
  }
}

function isEmptyMessage({ bytes }: FetchedMessage): boolean {
  return bytes.length === 0;
}
