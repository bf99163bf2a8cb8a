// A mailbox may have lost nearly everything because its messages were moved to other mailboxes. So they are searched for there,
// by the rows that those mailboxes have by now.

import { type PerSide, perSide, type Side } from "../../model/side.ts";
import { emptyUidSet, isEmpty, type UidSet, uidSetOf, union } from "../../model/uid-set.ts";
import type { Store } from "../../state/state-store.ts";
import { groupBy } from "../../util/group-by.ts";
import type { Loss } from "./loss.ts";
import { vanishedPlans } from "./vanished-slices.ts";

export interface Stopped {
  readonly store: Store;
  /** What the guard stopped. */
  readonly loss: Loss;
  /** Whether both servers have the mailbox. */
  readonly exists: (idx: number) => boolean;
}

/** How many rows of other mailboxes are looked at. */
const mostRows = 1_000_000;

/** Messages whose counterparts vanished, and which are on both sides in another mailbox; for the server that would delete them. */
export function findMoved({ store, loss, exists }: Stopped): PerSide<UidSet> {
  const plans = [...vanishedPlans({ store, ...loss })];
  return perSide((side) => {
    const doomed = plans.map(({ expunge }) => expunge[side]).reduce(union, emptyUidSet);
    return isEmpty(doomed) ? emptyUidSet : findOn(side, doomed, { store, loss, exists });
  });
}

function findOn(side: Side, doomed: UidSet, { store, loss: { idx }, exists }: Stopped): UidSet {
  const pairs = store.mappings.pairsOf(idx, side, doomed).sort((a, b) => a.local - b.local);
  const prints = store.fingerprints.of(idx, pairs);
  const wanted = groupBy(pairs, (pair) => prints.get(pair.local)?.[side]);
  wanted.delete(undefined);
  const known = [...wanted.keys()].filter((print) => print !== undefined);
  const found: number[] = [];
  for (const row of store.fingerprints.like(side, known, mostRows)) {
    // Each of them stands for one.
    const pair = row.idx !== idx && exists(row.idx) ? wanted.get(row.prints[side])?.pop() : undefined;
    if (pair !== undefined) found.push(pair[side]);
  }
  return uidSetOf(found);
}
