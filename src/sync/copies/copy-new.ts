// Copies new messages to the other side, in both directions at once ("A new message" in ARCHITECTURE.md): finds them, asks for
// their sizes, and plans their transfer.

import { fetchIdentities } from "../../imap/verbs/fetch.ts";
import { type Batch, BatchPlan, mostInOneAppend } from "../../mail/transfer/batch-plan.ts";
import { BatchQueue } from "../../mail/transfer/batch-queue.ts";
import { beyondLimit } from "../../mail/transfer/largest.ts";
import { Reluctance } from "../../mail/transfer/reluctance.ts";
import { transferAll } from "../../mail/transfer/transfer.ts";
import { type MessageSize, MessageSizes } from "../../model/message-sizes.ts";
import { bothSides, otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { countUids, intersect, isEmpty, type UidSet, UidSetBuilder, uidSetOf } from "../../model/uid-set.ts";
import type { Direction, OpenMailbox } from "../context/open-mailbox.ts";
import { withoutLateCopies } from "../recovery/late-copies.ts";
import { recordRefusal } from "../refused/record-refusal.ts";
import { hooksOf } from "./copy-hooks.ts";
import { withoutEqualNews } from "./equal-news.ts";
import { findCopies } from "./find-copies.ts";
import { settleHadBefore } from "./had-before.ts";
import { withoutHeld } from "./held-elsewhere.ts";
import { markInterruptible } from "./mark-interruptible.ts";
import { newSizes } from "./new-sizes.ts";
import { concludeOffer } from "./waits.ts";

/** Large enough to make round trips negligible, small enough to let the target start early. */
const batchLimits = { octets: 2 << 20, messages: mostInOneAppend };

/** Copies the given messages of each side to the other, unless they turn out to be copies that came late. */
export async function copyNewMessages(mailbox: OpenMailbox, newcomers: PerSide<UidSet>): Promise<void> {
  if (sides.every((side) => isEmpty(newcomers[side]) && isNothingOpen(mailbox, side))) return;
  const uids = await withoutEqualNews(mailbox, await withoutLateCopies(mailbox, newcomers));
  const { store, idx } = mailbox;
  const suspects = perSide((side) => intersect(uids[side], store.transfers.suspects(idx, side)));
  const told = perSide((side) => newSizes(mailbox, side, uids[side]));
  // If both sides have new messages, neither list may contain what is copied to it now.
  const all = await bothSides<readonly MessageSizes[] | undefined>((side) =>
    isEmpty(uids[otherSide(side)]) ? Promise.resolve(undefined) : collected(told[side]),
  );
  const copy = (source: Side): Promise<void> =>
    copyFrom(mailbox, source, {
      sizes: all[source] ?? told[source],
      most: Math.min(countUids(uids[source]), mailbox.views[source].exists),
      suspects: suspects[source],
    });
  if (sides.every((side) => isEmpty(suspects[side]))) await bothSides(copy);
  // Both directions share the connections, so it would remain unknown whose message is to blame.
  else for (const side of sides) await copy(side);
  await bothSides((source) => findCopies(mailbox, { source, target: otherSide(source) }));
  for (const target of sides) await settleHadBefore(mailbox, target);
}

/** Nothing was asked in advance, and nothing waits for the end of an offer. */
function isNothingOpen({ prefetched, progress }: OpenMailbox, side: Side): boolean {
  return prefetched[side] === undefined && progress[side].wait === undefined;
}

/** All slices as one. */
async function collected(slices: AsyncIterable<MessageSizes>): Promise<MessageSizes[]> {
  const all = new MessageSizes();
  for await (const slice of slices) all.addAll(slice);
  return [all];
}

interface ToCopy {
  /** Slice by slice. */
  readonly sizes: Iterable<MessageSizes> | AsyncIterable<MessageSizes>;
  /** There are no more messages than that. */
  readonly most: number;
  /** Messages during whose transfer a connection died. */
  readonly suspects: UidSet;
}

async function copyFrom(mailbox: OpenMailbox, source: Side, { sizes, most, suspects }: ToCopy): Promise<void> {
  const target = otherSide(source);
  const { sessions, views, progress, connections, inFlight, shortage, stop, isUnstable } = mailbox;
  const { mailboxesAreLabels } = sessions[target].capabilities;
  const direction = { source, target };
  const largest = Math.min(...largestOf(mailbox, direction).map(({ octets }) => octets));
  const plan = new BatchPlan({ ...batchLimits, largest, alone: suspects });
  const offered = new UidSetBuilder();
  const known = { messages: 0, octets: 0 };
  const planned = async function* (): AsyncGenerator<Batch, void, undefined> {
    for await (const slice of withoutHeld(mailbox, direction, sizes)) {
      const batches = plan.add(slice);
      await refuseTooLarge(mailbox, direction, plan.takeTooLarge());
      // The target need not wait for a full batch.
      if (known.messages === 0) batches.push(...plan.close());
      yield* counted(batches);
    }
    yield* counted(plan.close());
  };
  const counted = function* (batches: readonly Batch[]): Generator<Batch, void, undefined> {
    if (batches.length > 0) markInterruptible(mailbox);
    for (const { uids, octets } of batches) {
      for (const uid of uids) offered.add(uid);
      known.messages += uids.length;
      known.octets += octets;
    }
    yield* batches;
  };
  const { wireName } = views[target];
  // UIDs may be different on another connection.
  const uidValidity = isUnstable[target] ? undefined : views[target].uidValidity;
  const hooks = hooksOf(mailbox, direction);
  const reluctance = new Reluctance(shortage[target], {
    mailbox: wireName,
    record: hooks.refused,
    isRetry: progress[source].wait !== undefined,
  });
  await transferAll(
    {
      ...{ source: sessions[source], target: sessions[target], suspects, stop, reluctance, hooks },
      destination: { wireName, uidValidity, nextUid: mailboxesAreLabels ? 1 : progress[target].nextUid },
      spares: {
        acquire: () => connections.acquire(target),
        release: (session) => {
          connections.release(session);
        },
      },
      budget: inFlight[source],
      octetsExpected: () => known.octets * Math.max(1, most / known.messages),
    },
    new BatchQueue(planned()),
  );
  concludeOffer(mailbox, { ...direction, reluctance }, offered.build());
}

/** This is known without a transfer. */
async function refuseTooLarge(
  mailbox: OpenMailbox,
  direction: Direction,
  messages: readonly MessageSize[],
): Promise<void> {
  const { source } = direction;
  const bounds = largestOf(mailbox, direction);
  const uids = uidSetOf(messages.map(({ uid }) => uid));
  for (const { uid, size, messageId } of await fetchIdentities(mailbox.sessions[source], uids)) {
    const reason = bounds.find(({ octets }) => size > octets)?.reason ?? "too large";
    recordRefusal(mailbox, direction, { uid, size, messageId, reason });
  }
}

interface Bound {
  readonly octets: number;
  readonly reason: string;
}

/** The largest possible message: what the target accepts and what we take from the source. */
function largestOf({ sessions }: OpenMailbox, { source, target }: Direction): readonly Bound[] {
  const { appendLimit = Infinity } = sessions[target].capabilities;
  const { literal } = sessions[source].limits;
  return [
    { octets: appendLimit, reason: `larger than the ${appendLimit} octets that the ${target} server takes` },
    { octets: literal, reason: beyondLimit(sessions[source]) },
  ];
}
