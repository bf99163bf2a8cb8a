// Copies new messages to the other side, both directions at once ("A new message" in ARCHITECTURE.md): which they are, their
// sizes, and the plan of their transfer.

import { fetchIdentities, fetchSizes } from "../../imap/verbs/fetch.ts";
import { mostInOneAppend, planCopies } from "../../mail/transfer/batch-plan.ts";
import { Reluctance } from "../../mail/transfer/reluctance.ts";
import { transferAll } from "../../mail/transfer/transfer.ts";
import type { MessageSize, MessageSizes } from "../../model/message-sizes.ts";
import { bothSides, otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { hasUid, intersect, isEmpty, type UidSet, uidSetOf } from "../../model/uid-set.ts";
import type { Direction, OpenMailbox } from "../context/open-mailbox.ts";
import { hearOut } from "../mailbox/hear-out.ts";
import { withoutLateCopies } from "../recovery/late-copies.ts";
import { clearRefusal, recordRefusal } from "../refused/record-refusal.ts";
import { hooksOf } from "./copy-hooks.ts";
import { withoutEqualNews } from "./equal-news.ts";
import { findCopies } from "./find-copies.ts";
import { prefetchedOf } from "./prefetched.ts";
import { concludeOffer } from "./waits.ts";

/** Large enough that round trips do not count, small enough that the target starts early. */
const batchLimits = { octets: 2 << 20, messages: mostInOneAppend };

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
      if (untold[side] === 0 || hasUid(mailbox.views[side].pending.vanished, uid)) clearRefusal(mailbox, side, uid);
    }
  }
  const { store, idx } = mailbox;
  const suspects = perSide((side) => intersect(present[side], store.transfers.suspects(idx, side)));
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
  /** Messages in whose transfer a connection died. */
  readonly suspects: UidSet;
}

async function copyFrom(mailbox: OpenMailbox, source: Side, { sizes, suspects }: ToCopy): Promise<void> {
  const target = otherSide(source);
  const { sessions, views, progress, connections, inFlight, shortage, stop } = mailbox;
  const { appendLimit } = sessions[target].capabilities;
  const { batches, tooLarge } = planCopies(sizes, { ...batchLimits, largest: appendLimit, alone: suspects });
  const direction = { source, target };
  await refuseTooLarge(mailbox, direction, tooLarge);
  if (batches.length > 0) markInterruptible(mailbox);
  const { wireName, uidValidity } = views[target];
  const hooks = hooksOf(mailbox, direction);
  const reluctance = new Reluctance(shortage[target], {
    mailbox: wireName,
    record: hooks.refused,
    isRetry: progress[source].wait !== undefined,
  });
  await transferAll(
    {
      ...{ source: sessions[source], target: sessions[target], suspects, stop, reluctance, hooks },
      destination: { wireName, uidValidity, nextUid: progress[target].nextUid },
      spares: {
        acquire: () => connections.acquire(target),
        release: (session) => {
          connections.release(session);
        },
      },
      budget: inFlight[source],
    },
    batches,
  );
  concludeOffer(mailbox, { ...direction, reluctance }, uidSetOf(batches.flatMap(({ uids }) => uids)));
}

/** From the first APPEND to the checkpoint a copy may exist whose mapping was never recorded. */
function markInterruptible(mailbox: OpenMailbox): void {
  const { store, idx, progress, marked } = mailbox;
  const floors = perSide((side) => progress[side].floor);
  if (marked !== undefined && sides.every((side) => marked[side] <= floors[side])) return;
  store.transfers.mark([{ idx, floors }]);
  mailbox.marked = floors;
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
