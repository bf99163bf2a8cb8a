// Copies new messages to the other side, both directions at once ("A new message" in ARCHITECTURE.md): sizes, batches, and
// then batch n+1 is being fetched while batch n is being appended.

import type { Channel } from "../../imap/channel.ts";
import { LiteralRefused } from "../../imap/literal-refused.ts";
import { fetchIdentities, fetchMessages, fetchSizes, type FetchedMessage } from "../../imap/verbs/fetch.ts";
import { noop } from "../../imap/verbs/mailbox.ts";
import { allDone } from "../../util/all-done.ts";
import { InterimapError, interrupted } from "../../model/errors.ts";
import { isKept } from "../../model/internal-date.ts";
import { messageIdOf } from "../../model/message-id.ts";
import type { MessageSize, MessageSizes } from "../../model/message-sizes.ts";
import { bothSides, otherSide, perSide, sides, type PerSide, type Side } from "../../model/side.ts";
import { hasUid, intersect, isEmpty, subtract, uidSetOf, uidsOf, type UidSet } from "../../model/uid-set.ts";
import { appendBatch, type Offer } from "./append-batch.ts";
import { AppendLanes } from "../../mail/transfer/append-lanes.ts";
import { mostInOneAppend, planCopies, type Batch } from "../../mail/transfer/batch-plan.ts";
import { withoutEqualNews } from "./equal-news.ts";
import { findCopies } from "./find-copies.ts";
import { hearOut } from "../mailbox/hear-out.ts";
import { withoutLateCopies } from "../recovery/late-copies.ts";
import type { Direction, OpenMailbox } from "../context/open-mailbox.ts";
import { readBack } from "../flags/read-back.ts";
import { clearRefusal, recordRefusal } from "../refused/record-refusal.ts";
import { Reluctance } from "./reluctance.ts";
import { prefetchedOf } from "./prefetched.ts";
import { concludeOffer } from "./waits.ts";

/** Large enough that round trips do not count, small enough that the target starts early. */
const batchLimits = { octets: 2 << 20, messages: mostInOneAppend };
/** What a message in flight takes in memory beside its octets. */
const messageOverhead = 2048;
/** So much to append that logging in once more is nothing beside it. */
const worthAnotherConnection = 16 << 20;
/** A message that is so much larger than its server says may be copied all the same; mail is hardly ever larger. */
const largestSurprise = 128 << 20;

/** Copies the given messages of each side to the other, unless they turn out to be copies that came late. */
export async function copyNewMessages(mailbox: OpenMailbox, newcomers: PerSide<UidSet>): Promise<void> {
  if (sides.every((side) => isEmpty(newcomers[side]) && isNothingOpen(mailbox, side))) return;
  const uids = await withoutEqualNews(mailbox, await withoutLateCopies(mailbox, newcomers));
  // Both sides' sizes come first: neither list may contain what is copied to it now.
  const sizes = await bothSides((side) => sizesOf(mailbox, side, uids[side]));
  const untold = await bothSides((side) => hearOut(mailbox, side, { asked: uids[side], sizes: sizes[side] }));
  const present = perSide((side) => sizes[side].uids);
  for (const side of sides) {
    if (!isEmpty(uids[side])) mailbox.progress[side].untold = untold[side];
    for (const uid of mailbox.progress[side].refused) {
      if (!hasUid(uids[side], uid) || hasUid(present[side], uid)) continue;
      if (untold[side] === 0 || hasUid(mailbox.views[side].vanished, uid)) clearRefusal(mailbox, side, uid);
    }
  }
  const { store, idx } = mailbox;
  const suspects = perSide((side) => intersect(present[side], store.suspects(idx, side)));
  const copy = (source: Side): Promise<void> =>
    copyFrom(mailbox, source, { sizes: sizes[source], suspects: suspects[source] });
  if (sides.every((side) => isEmpty(suspects[side]))) await bothSides(copy);
  // Both directions share the connections: whose message is to blame would remain unknown.
  else for (const side of sides) await copy(side);
  await bothSides((source) => findCopies(mailbox, { source, target: otherSide(source) }));
}

/** Neither was anything asked for in advance, nor does anything wait for the end of an offer. */
function isNothingOpen({ prefetched, progress }: OpenMailbox, side: Side): boolean {
  return prefetched[side] === undefined && progress[side].wait === undefined;
}

async function sizesOf(mailbox: OpenMailbox, side: Side, uids: UidSet): Promise<MessageSizes> {
  const { sizes } = await prefetchedOf(mailbox, side, uids);
  mailbox.prefetched[side] = undefined;
  return sizes ?? (await fetchSizes(mailbox.sessions[side], uids));
}

interface ToCopy {
  readonly sizes: MessageSizes;
  /** Messages in whose transfer a connection died: nothing else is under way together with one of them. */
  readonly suspects: UidSet;
}

async function copyFrom(mailbox: OpenMailbox, source: Side, { sizes, suspects }: ToCopy): Promise<void> {
  const target = otherSide(source);
  const { appendLimit } = mailbox.sessions[target].capabilities;
  const { batches, tooLarge } = planCopies(sizes, { ...batchLimits, largest: appendLimit, alone: suspects });
  const direction = { source, target };
  await refuseTooLarge(mailbox, direction, tooLarge);
  if (batches.length > 0) markInterruptible(mailbox);
  const reluctance = new Reluctance(mailbox.shortage[target], {
    idx: mailbox.idx,
    record: (doubt) => {
      recordRefusal(mailbox, direction, doubt);
    },
    isRetry: mailbox.progress[source].wait !== undefined,
  });
  const { lanes, release } = lanesTo(mailbox, target, { batches, mayGo: () => !reluctance.isHalted });
  const holdsKeywordsBack = mailbox.store.hasMisread(source);
  const copying = { ...direction, lanes, reluctance, holdsKeywordsBack, messageIds: new Map<number, string>() };
  const budget = mailbox.inFlight[source];
  const copies: Promise<void>[] = [];
  let hasFailed = false;
  for (const { uids, octets } of batches) {
    const isSuspect = hasUid(suspects, uids[0] ?? 0);
    const memory = octets + uids.length * messageOverhead;
    if (isSuspect || reluctance.isCautious) await Promise.allSettled(copies);
    if (reluctance.isHalted && !(await isTakenFromElsewhere(mailbox, copying, batches.at(-1)!))) break;
    await budget.acquire(memory);
    if (hasFailed || mailbox.stop.aborted) {
      budget.release(memory);
      break;
    }
    const copy = copyBatch(mailbox, copying, { uids, octets })
      .catch((error: unknown) => {
        // Answers come in order: the server died of the first that failed, if of any, or of the one it did not understand.
        if (!hasFailed || error instanceof LiteralRefused)
          noteDeath(mailbox, copying, { uids, octets, error, isSuspect });
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
  await allDone(copies).finally(release);
  if (copies.length < batches.length && !reluctance.hasSkipped) throw interrupted();
  concludeOffer(mailbox, copying, uidSetOf(batches.flatMap(({ uids }) => uids)));
}

/** Before a whole mailbox waits for what nobody explains, its last message is offered: it may be of another kind. */
async function isTakenFromElsewhere(mailbox: OpenMailbox, copying: Copying, { uids, octets }: Batch): Promise<boolean> {
  const { reluctance } = copying;
  const newest = uids.at(-1);
  if (newest === undefined || reluctance.hasTried(newest) || !reluctance.reprieve()) return false;
  await copyBatch(mailbox, copying, { uids: [newest], octets });
  return !reluctance.isHalted;
}

interface ToLanes {
  readonly batches: readonly Batch[];
  readonly mayGo: () => boolean;
}

interface LentLanes {
  readonly lanes: AppendLanes;
  readonly release: () => void;
}

/** A second connection joins when there is enough to append, and the server lets us have one. */
function lanesTo({ sessions, connections }: OpenMailbox, target: Side, { batches, mayGo }: ToLanes): LentLanes {
  const lanes = new AppendLanes(sessions[target], { takesSeveral: takesSeveral(sessions[target]), mayGo });
  const octets = batches.reduce((sum, batch) => sum + batch.octets, 0);
  const joins = octets >= worthAnotherConnection && takesSeveral(sessions[target]);
  const lending = joins ? connections.acquire(target) : Promise.resolve(undefined);
  void lending.then((session) => {
    if (session !== undefined) lanes.add(session);
  });
  const release = (): void => {
    void lending.then((session) => {
      if (session !== undefined) connections.release(session);
    });
  };
  return { lanes, release };
}

function takesSeveral(session: Channel): boolean {
  return session.capabilities.has("MULTIAPPEND");
}

/** From the first APPEND to the checkpoint a copy may exist whose mapping was never recorded. */
function markInterruptible(mailbox: OpenMailbox): void {
  const { store, idx, progress, marked } = mailbox;
  const floors = perSide((side) => progress[side].floor);
  if (marked !== undefined && sides.every((side) => marked[side] <= floors[side])) return;
  store.markInterruptible([{ idx, floors }]);
  mailbox.marked = floors;
}

interface Copying extends Offer {
  readonly lanes: AppendLanes;
  /** By UID, of messages that are copied alone. */
  readonly messageIds: Map<number, string>;
}

/** They need not be transferred to know that. */
async function refuseTooLarge(
  mailbox: OpenMailbox,
  direction: Direction,
  messages: readonly MessageSize[],
): Promise<void> {
  const { source, target } = direction;
  const { appendLimit } = mailbox.sessions[target].capabilities;
  const reason = `larger than the ${String(appendLimit)} octets that the ${target} server takes`;
  const uids = uidSetOf(messages.map(({ uid }) => uid));
  for (const { uid, size, messageId } of await fetchIdentities(mailbox.sessions[source], uids)) {
    recordRefusal(mailbox, direction, { uid, size, messageId, reason });
  }
}

/** A message that kills every connection must not keep all others from being copied. */
function noteDeath(mailbox: OpenMailbox, copying: Copying, { uids, octets, error, isSuspect }: Failure): void {
  const { source, messageIds, holdsKeywordsBack } = copying;
  const { store, idx, sessions, stop } = mailbox;
  if (!(error instanceof InterimapError) || error.side === undefined || stop.aborted) return;
  // What cannot be understood may be a message whose octets were announced wrongly.
  const isDeath =
    error.code === "CONNECTION_LOST" ||
    error.code === "CONNECTION_SILENT" ||
    (error.code === "PROTOCOL" && error.side === source);
  // It was another one's message.
  if (error.cause instanceof LiteralRefused) return;
  // When both are gone, no message is to blame: this machine was asleep, or has no network.
  if (!isDeath || !sessions[otherSide(error.side)].isUsable) return;
  const copied = uidSetOf(store.pairsOf(idx, source, uidSetOf(uids)).map((pair) => pair[source]));
  const missing = uids.filter((uid) => !hasUid(copied, uid));
  const [uid] = missing;
  const isMisread = error instanceof LiteralRefused;
  // It may be a keyword that the server does not understand, rather than the message.
  if (uid !== undefined && isSuspect && (holdsKeywordsBack || !isMisread)) {
    const reason = isMisread ? error.reason : "the connection was lost each time that it was being copied";
    recordRefusal(mailbox, copying, { uid, size: octets, messageId: messageIds.get(uid), reason });
  } else store.addSuspects(idx, source, missing);
  if (isMisread) store.noteMisread(idx, source);
}

interface Failure extends Batch {
  readonly error: unknown;
  readonly isSuspect: boolean;
}

async function copyBatch(
  mailbox: OpenMailbox,
  copying: Copying,
  { uids, octets, isAgain = false }: Batch & { readonly isAgain?: boolean },
): Promise<void> {
  const { source, messageIds } = copying;
  const larger = new Map<number, number>();
  const onLarger = (uid: number, found: number): void => void larger.set(uid, found);
  const delivered = await fetchMessages(mailbox.sessions[source], uidSetOf(uids), { octets, onLarger });
  for (const { uid } of delivered.filter(isEmptyMessage))
    recordRefusal(mailbox, copying, { uid, size: 0, messageId: undefined, reason: "the message is empty" });
  const messages = delivered.filter((message) => !isEmptyMessage(message));
  if (uids.length === 1) {
    const messageId = messages[0] && messageIdOf(messages[0].bytes);
    if (messageId !== undefined) messageIds.set(uids[0]!, messageId);
  }
  messages.sort((a, b) => a.uid - b.uid);
  const found = uidSetOf([...delivered.map(({ uid }) => uid), ...larger.keys()]);
  const undelivered = subtract(uidSetOf(uids), found);
  if (!isEmpty(undelivered)) await reportUndelivered(mailbox, copying, undelivered);
  if (messages.length > 0) await appendFetched(mailbox, copying, messages);
  for (const [uid, size] of larger) {
    if (isAgain || size > largestSurprise) refuseLarger(mailbox, copying, { uid, size });
    // Nobody has kept memory for it, so it goes alone.
    else await mailbox.inFlight[source].alone(() => copyAgain(mailbox, copying, { uids: [uid], octets: size }));
  }
}

async function copyAgain(mailbox: OpenMailbox, copying: Copying, batch: Batch): Promise<void> {
  if (mailbox.stop.aborted) throw interrupted();
  await copyBatch(mailbox, copying, { ...batch, isAgain: true });
}

function refuseLarger(mailbox: OpenMailbox, copying: Copying, { uid, size }: Pick<MessageSize, "uid" | "size">): void {
  const reason = `the ${copying.source} server sends ${String(size)} octets of it, far more than it says (RFC822.SIZE)`;
  recordRefusal(mailbox, copying, { uid, size, messageId: undefined, reason });
}

async function appendFetched(
  mailbox: OpenMailbox,
  copying: Copying,
  messages: readonly FetchedMessage[],
): Promise<void> {
  const { target, lanes, reluctance } = copying;
  const parts = takesSeveral(mailbox.sessions[target]) ? [messages] : messages.map((one) => [one]);
  // One at a time, until it is clear that the server takes any.
  while (parts.length > 1 && reluctance.isCautious && !reluctance.isHalted) await appendPart(parts.shift()!);
  await allDone(parts.map(appendPart));

  async function appendPart(part: readonly FetchedMessage[]): Promise<void> {
    const copies = await lanes.run(async (lane) => {
      const made = await appendBatch(mailbox, copying, { lane, messages: part });
      // What another connection appended shows only after a NOOP. Sent now, it goes out before what is read back.
      if (lane.session !== mailbox.sessions[target]) noop(mailbox.sessions[target]).catch(() => undefined);
      return made;
    });
    mailbox.progress[target].undated += copies.filter(({ message }) => !isKept(message.date)).length;
    // Not waited for here: it leaves together with what comes next on that connection. Without the messages' octets.
    const flagged = copies.map(({ message, uid }) => ({ sourceUid: message.uid, flags: message.flags, uid }));
    const reading = readBack(mailbox, copying, flagged);
    reading.catch(() => undefined);
    mailbox.readBacks.push(reading);
  }
}

/** Most are just gone by now. One of which the server does not say so must not be forgotten. */
async function reportUndelivered(mailbox: OpenMailbox, direction: Direction, missing: UidSet): Promise<void> {
  const { source } = direction;
  const { sessions, views } = mailbox;
  const reason = `the ${source} server did not deliver it`;
  // Whatever is gone was told of by the end of this.
  const asking = fetchSizes(sessions[source], missing);
  await allDone<unknown>([asking, noop(sessions[source])]);
  const sizes = new Map([...(await asking)].map(({ uid, size }) => [uid, size]));
  for (const uid of uidsOf(subtract(missing, views[source].vanished))) {
    recordRefusal(mailbox, direction, { uid, size: sizes.get(uid) ?? 0, messageId: undefined, reason });
  }
}

function isEmptyMessage({ bytes }: FetchedMessage): boolean {
  return bytes.length === 0;
}
