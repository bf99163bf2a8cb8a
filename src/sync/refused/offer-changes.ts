// Deletions and flags that a server refused earlier are asked for again in time, because rights change.

import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { otherSide, type PerSide, type Side, sides } from "../../model/side.ts";
import { hasUid, intersect, isEmpty, subtract, type UidSet, uidSetOf, union } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { expungeMessages } from "../deletions/expunge-messages.ts";
import { clearRefusedChanges } from "./refused-changes.ts";

/** Those that it is time for. Flags are only put down as changed: the rounds that follow set them. */
export async function offerRefusedChanges(mailbox: OpenMailbox): Promise<void> {
  for (const side of sides) {
    const { undeletable, unflaggable, dueChanges } = mailbox.progress[side];
    if (isEmpty(undeletable) && isEmpty(unflaggable)) continue;
    await offerDeletions(mailbox, side, intersect(undeletable, dueChanges));
    // What the server's own clients change meanwhile must not overwrite what it refused: both changed, then.
    const changed = uidSetOf(mailbox.flags[side].changedUids.filter((uid) => hasUid(unflaggable, uid)));
    await offerFlags(mailbox, side, union(intersect(unflaggable, dueChanges), changed));
  }
}

async function offerDeletions(mailbox: OpenMailbox, side: Side, due: UidSet): Promise<void> {
  if (isEmpty(due)) return;
  const { store, idx } = mailbox;
  const { pairs, there } = await counterpartsOf(mailbox, side, due);
  // Whatever was reported of them once: a message that is there was not deleted.
  const deleted = pairs.filter((pair) => !there.has(pair[otherSide(side)]));
  const uids = uidSetOf(deleted.map((pair) => pair[side]));
  clearRefusedChanges(mailbox, side, subtract(due, uids));
  const left = await expungeMessages(mailbox, side, uids);
  store.mappings.remove(
    idx,
    deleted.filter((pair) => !hasUid(left, pair[side])).map(({ local }) => local),
  );
}

async function offerFlags(mailbox: OpenMailbox, side: Side, due: UidSet): Promise<void> {
  if (isEmpty(due)) return;
  const { flags, progress } = mailbox;
  const other = otherSide(side);
  const { there } = await counterpartsOf(mailbox, side, due);
  for (const [uid, change] of there) flags[other].renew(uid, change);
  progress[side].settled = union(progress[side].settled, due);
}

interface Counterparts {
  readonly pairs: readonly PerSide<number>[];
  /** Those of the other side that exist, with their flags. */
  readonly there: Awaited<ReturnType<typeof fetchFlags>>;
}

async function counterpartsOf({ store, idx, sessions }: OpenMailbox, side: Side, uids: UidSet): Promise<Counterparts> {
  const other = otherSide(side);
  const pairs = store.mappings.pairsOf(idx, side, uids);
  return { pairs, there: await fetchFlags(sessions[other], uidSetOf(pairs.map((pair) => pair[other]))) };
}
