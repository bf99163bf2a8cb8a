// A mailbox that lost nearly everything because it was moved to other mailboxes: what is to be deleted is looked for there, on
// the very server where it would be deleted. That costs a good deal, and is done only where the guard has stopped a mailbox.

import type { Session } from "../../imap/session/session.ts";
import { fetchIdentities, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import { observe } from "../../mail/observe/observe.ts";
import { bothSides, type PerSide, perSide, type Side } from "../../model/side.ts";
import { countUids, emptyUidSet, isEmpty, type UidSet, uidSetOf, uidsOf, union } from "../../model/uid-set.ts";
import type { Store } from "../../state/state-store.ts";
import { identitiesIn } from "../identity/identities-in.ts";
import type { Loss } from "./loss.ts";
import { vanishedPlans } from "./vanished-slices.ts";

/** How many mailboxes are searched, the latest changed first. */
const mostMailboxes = 20;

interface Elsewhere {
  readonly idx: number;
  readonly wireNames: PerSide<string>;
}

export interface Search {
  readonly store: Store;
  readonly sessions: PerSide<Session>;
}

interface Stopped {
  /** What the guard stopped. */
  readonly loss: Loss;
  readonly wireNames: PerSide<string>;
  /** All other mailboxes that both servers have. */
  readonly others: readonly Elsewhere[];
}

/**
 * By the server that would delete them: messages whose counterparts vanished, and which it has in another mailbox as well.
 * Only what is known to be on both sides counts there.
 */
export async function findMoved(search: Search, { loss, wireNames, others }: Stopped): Promise<PerSide<UidSet>> {
  const { store } = search;
  const plans = [...vanishedPlans({ store, ...loss })];
  const doomed = perSide((side) => plans.map(({ expunge }) => expunge[side]).reduce(union, emptyUidSet));
  const lately = recently(store.summaries(), others);
  return bothSides((side) => findOn(search, side, { doomed: doomed[side], wireName: wireNames[side], others: lately }));
}

function recently(summaries: ReturnType<Store["summaries"]>, others: readonly Elsewhere[]): Elsewhere[] {
  const byIdx = new Map(others.map((other) => [other.idx, other]));
  return summaries
    .toSorted((a, b) => (b.synchronisedAt?.getTime() ?? 0) - (a.synchronisedAt?.getTime() ?? 0))
    .flatMap(({ idx }) => byIdx.get(idx) ?? [])
    .slice(0, mostMailboxes);
}

interface Doomed {
  readonly doomed: UidSet;
  readonly wireName: string;
  readonly others: readonly Elsewhere[];
}

async function findOn({ store, sessions }: Search, side: Side, { doomed, wireName, others }: Doomed): Promise<UidSet> {
  if (isEmpty(doomed)) return emptyUidSet;
  await observe(sessions[side], wireName);
  const wanted = new Map<string, number[]>();
  for (const message of await fetchIdentities(sessions[side], doomed)) {
    const key = keyOf(message);
    if (key !== undefined) wanted.set(key, [...(wanted.get(key) ?? []), message.uid]);
  }
  const found: number[] = [];
  for (const { idx, wireNames } of others) {
    if (found.length === countUids(doomed)) break;
    // What was moved is at the end, with what came since.
    const latest = [...uidsOf(store.mappings.uids(idx, side))].slice(-2 * countUids(doomed));
    const there = await identitiesIn(sessions[side], wireNames[side], uidSetOf(latest));
    for (const message of there?.values() ?? []) {
      const uid = wanted.get(keyOf(message) ?? "")?.pop();
      if (uid !== undefined) found.push(uid);
    }
  }
  return uidSetOf(found);
}

function keyOf({ messageId, size }: MessageIdentity): string | undefined {
  return messageId === undefined ? undefined : `${String(size)} ${messageId}`;
}
