// Takes up a mailbox whose last synchronisation was interrupted ("After a crash" in ARCHITECTURE.md).
// Rows at or above UIDNEXT are messages copied since the last checkpoint; the marker says that copies without a row may exist.

import { bothSides, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import {
  hasUid,
  intersect,
  isEmpty,
  maxUid,
  subtract,
  uidRange,
  type UidSet,
  uidSetOf,
  union,
} from "../../model/uid-set.ts";
import { type OpenMailbox, uidLimit } from "../context/open-mailbox.ts";
import { comparePairs } from "../identity/compare-pairs.ts";
import { pairCopies, pairMessages } from "../identity/pair-messages.ts";
import { identitiesOf } from "../mailbox/hear-out.ts";
import { forgetTakenRefusals } from "../refused/record-refusal.ts";
import { adopt } from "./adopt.ts";

export async function resume(mailbox: OpenMailbox): Promise<void> {
  if (mailbox.interrupted !== undefined) {
    const count = await adoptUnrecorded(mailbox, mailbox.interrupted);
    // After an interruption they are our own copies.
    const isNews = !mailbox.wasInterrupted && !sides.some((side) => mailbox.isUnstable[side]);
    if (count > 0 && isNews) mailbox.report({ type: "messages-matched", mailbox: mailbox.name, count });
    return;
  }
  forgetTakenRefusals(mailbox);
  await comparePairs(mailbox, copiedPairs(mailbox));
}

/** Rows of what was copied since the checkpoint; nothing tells what happened to these messages since. */
export function copiedPairs({ store, idx, progress, before, isTakenOver }: OpenMailbox): Iterable<PerSide<number>> {
  const pairs = new Map<number, PerSide<number>>();
  for (const side of sides) {
    const { mapped } = progress[side];
    const uids = isTakenOver ? intersect(mapped, uidRange(before[side]?.uidNext ?? 1, maxUid)) : mapped;
    for (const pair of store.mappings.pairsOf(idx, side, uids)) pairs.set(pair.local, pair);
  }
  return pairs.values();
}

/** What has no row, from that UID on. */
export function unrecordedUids(mailbox: OpenMailbox, side: Side, floor: number): UidSet {
  const { store, idx, progress } = mailbox;
  const all = union(uidRange(floor, uidLimit(mailbox, side) - 1), progress[side].strays);
  return subtract(all, store.mappings.uids(idx, side, floor));
}

/** From the floors on, messages without a row are matched with each other before anything is copied. Returns how many pairs there are. */
export async function adoptUnrecorded(mailbox: OpenMailbox, floors: PerSide<number>): Promise<number> {
  const { views, progress } = mailbox;
  // What was refused earlier may have been offered again, and taken, in the round that was interrupted.
  const unmapped = perSide((side) =>
    union(unrecordedUids(mailbox, side, floors[side]), uidSetOf(progress[side].refused)),
  );
  if (sides.some((side) => isEmpty(unmapped[side]))) return 0;
  forgetChangesOf(mailbox, unmapped);
  const identities = await bothSides((side) => identitiesOf(mailbox, side, unmapped[side]));
  // What was copied and is not described would be copied once more.
  for (const side of sides) {
    const described = uidSetOf(identities[side].map(({ uid }) => uid));
    views[side].requireRead(subtract(unmapped[side], described), side);
  }
  const pair = mailbox.wasInterrupted ? pairCopies : pairMessages;
  const pairs = await pair(mailbox, identities);
  adopt(mailbox, pairs);
  return pairs.length;
}

/** Their flags are about to be read; only what is reported afterwards is news. */
export function forgetChangesOf({ flags }: OpenMailbox, uids: PerSide<UidSet>): void {
  for (const side of sides) {
    const known = flags[side].changedUids.filter((uid) => hasUid(uids[side], uid));
    for (const uid of known) flags[side].discard(uid);
  }
}
