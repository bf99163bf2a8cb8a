// A mailbox that lost nearly everything because it was moved to other mailboxes: what is to be deleted is looked for there, on
// the very server where it would be deleted. That costs a good deal, and is done only where the guard has stopped a mailbox.

import { fetchIdentities, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import { observe } from "../../mail/observe/observe.ts";
import { bothSides, type PerSide, perSide, type Side } from "../../model/side.ts";
import { countUids, emptyUidSet, isEmpty, type UidSet, uidSetOf, uidsOf, union } from "../../model/uid-set.ts";
import { identitiesIn } from "../identity/identities-in.ts";
import { newlyVanished, undeletableIn } from "../refused/refused-changes.ts";
import { findVanished, type Foresight, type Prospect } from "./foresee-deletions.ts";
import { vanishedPlans } from "./vanished-slices.ts";

/** How many mailboxes are searched, the latest changed first. */
const mostMailboxes = 20;

interface Elsewhere {
  readonly idx: number;
  readonly wireNames: PerSide<string>;
}

interface Moved {
  readonly prospect: Prospect;
  /** All other mailboxes that both servers have. */
  readonly others: readonly Elsewhere[];
}

/**
 * By the server that would delete them: messages whose counterparts vanished, and which it has in another mailbox as well.
 * Only what is known to be on both sides counts there.
 */
export async function findMoved(foresight: Foresight, { prospect, others }: Moved): Promise<PerSide<UidSet>> {
  const { store } = foresight;
  const { idx } = prospect.mailbox;
  const told = await bothSides((side) => findVanished(foresight, { side, prospect }));
  const vanished = newlyVanished({ store, idx, undeletable: undeletableIn({ store, idx }), vanished: told });
  const plans = [...vanishedPlans({ store, idx, vanished })];
  const doomed = perSide((side) => plans.map(({ expunge }) => expunge[side]).reduce(union, emptyUidSet));
  const lately = recently(store.summaries(), others);
  return bothSides((side) => findOn(foresight, side, { doomed: doomed[side], prospect, others: lately }));
}

function recently(summaries: ReturnType<Foresight["store"]["summaries"]>, others: readonly Elsewhere[]): Elsewhere[] {
  const byIdx = new Map(others.map((other) => [other.idx, other]));
  return summaries
    .toSorted((a, b) => (b.synchronisedAt?.getTime() ?? 0) - (a.synchronisedAt?.getTime() ?? 0))
    .flatMap(({ idx }) => byIdx.get(idx) ?? [])
    .slice(0, mostMailboxes);
}

async function findOn(
  { store, sessions }: Foresight,
  side: Side,
  { doomed, prospect, others }: Moved & { readonly doomed: UidSet },
): Promise<UidSet> {
  if (isEmpty(doomed)) return emptyUidSet;
  await observe(sessions[side], prospect.wireNames[side]);
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
