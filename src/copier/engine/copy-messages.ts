// Copies messages of one folder to host2, and tells what became of each.

import { type Batch, BatchPlan, mostInOneAppend } from "../../mail/transfer/batch-plan.ts";
import { BatchQueue } from "../../mail/transfer/batch-queue.ts";
import { Reluctance } from "../../mail/transfer/reluctance.ts";
import { transferAll } from "../../mail/transfer/transfer.ts";
import { InterimapError } from "../../model/errors.ts";
import { type MessageSize, sizesOf } from "../../model/message-sizes.ts";
import { hasUid, intersect, type UidSet, uidSetOf, uidsOf } from "../../model/uid-set.ts";
import { sum } from "../../util/sum.ts";
import type { CopyRun } from "./copy-run.ts";
import { Copying } from "./copying.ts";
import type { FolderWork, OpenPair } from "./folder-work.ts";

/** Large enough that round trips do not count, small enough that host2 starts early. */
const batchOctets = 2 << 20;

/** A message in whose transfer a connection died this often while it was alone is not tried again. */
const mostDeaths = 2;

/** Messages of host1 by UID, with the sizes that the server told. @throws InterimapError when a connection is lost. */
export async function copyMessages(run: CopyRun, pair: OpenPair, messages: readonly MessageSize[]): Promise<void> {
  const { work } = pair;
  const { stop } = run;
  const copying = new Copying(run, pair);
  if (messages.length > 0) work.isTouched = true;
  for (const [uid, deaths] of work.deaths) if (deaths >= mostDeaths && hasUid(work.left, uid)) copying.deadly(uid);
  for (let rest = leftOf(messages, work.left); rest.length > 0 && !stop.aborted && !copying.isFull;) {
    const part = untilFull(rest, copying);
    await copyPart({ run, pair, copying }, part);
    rest = leftOf(rest.slice(part.length), work.left);
  }
  if (copying.isFull && !stop.aborted)
    run.end({
      kind: "transfer-exceeded",
      text: `the limit of --exitwhenover is reached: ${String(run.copied.octets)} bytes were copied`,
    });
}

function leftOf(messages: readonly MessageSize[], left: UidSet): readonly MessageSize[] {
  return messages.filter(({ uid }) => hasUid(left, uid));
}

/** Messages to copy before it is known whether that was enough. */
function untilFull(messages: readonly MessageSize[], { room }: Copying): readonly MessageSize[] {
  let octets = 0;
  const last = messages.findIndex(({ size }) => (octets += size) >= room);
  return last < 0 ? messages : messages.slice(0, last + 1);
}

interface Going {
  readonly run: CopyRun;
  readonly pair: OpenPair;
  readonly copying: Copying;
}

async function copyPart({ run, pair, copying }: Going, messages: readonly MessageSize[]): Promise<void> {
  const { channels, views, work } = pair;
  const { stop, budget, connections, shortage } = run;
  const part = uidSetOf(messages.map(({ uid }) => uid));
  const batches = inBatches(run, { work, messages });
  const octets = sum(batches.map((batch) => batch.octets));
  const { wireName, uidValidity } = views.remote;
  const reluctance = new Reluctance(shortage, {
    mailbox: wireName,
    record: (refusal) => {
      copying.refused(refusal);
    },
    isRetry: false,
  });
  try {
    await transferAll(
      {
        ...{ source: channels.local, target: channels.remote, suspects: uidSetOf(work.deaths.keys()) },
        ...{ stop, reluctance, budget, hooks: copying.hooks },
        // Gmail tells the UID of what it has already.
        destination: {
          ...{ wireName, uidValidity },
          nextUid: channels.remote.capabilities.mailboxesAreLabels ? 1 : views.remote.uidNext,
        },
        spares: {
          acquire: () => connections.acquire("remote"),
          release: (session) => {
            connections.release(session);
          },
        },
        octetsExpected: () => octets,
      },
      new BatchQueue(oneByOne(run, batches)),
    );
  } catch (error) {
    if (!(error instanceof InterimapError && error.code === "INTERRUPTED")) throw error;
    return;
  } finally {
    reluctance.settle();
  }
  if (!reluctance.hasSkipped) return;
  for (const uid of uidsOf(intersect(part, work.left))) {
    // Each is an error, and `--errorsmax` allows no more.
    if (stop.aborted) return;
    copying.notOffered(uid, reluctance.reason);
  }
}

interface ToBatch {
  readonly work: FolderWork;
  readonly messages: readonly MessageSize[];
}

function inBatches({ throttle }: CopyRun, { work, messages }: ToBatch): Batch[] {
  const most = throttle === undefined ? mostInOneAppend : 1;
  const plan = new BatchPlan({ octets: batchOctets, messages: most, alone: uidSetOf(work.deaths.keys()) });
  return [...plan.add(sizesOf(messages)), ...plan.close()];
}

async function* oneByOne(
  { hasRoom, stop }: CopyRun,
  batches: readonly Batch[],
): AsyncGenerator<Batch, void, undefined> {
  for (const batch of batches) {
    await hasRoom();
    if (stop.aborted) return;
    yield batch;
  }
}
