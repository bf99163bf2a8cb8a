// A dry run of one mailbox: the plans that a round would carry out, as figures.

import { fetchSizes } from "../../imap/verbs/fetch.ts";
import { bothSides, otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { countUids, emptyUidSet, isEmpty, subtract, type UidSet, union } from "../../model/uid-set.ts";
import { sum } from "../../util/sum.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { withoutEqualNews } from "../copies/equal-news.ts";
import type { ConfirmedLoss } from "../deletions/confirm-loss.ts";
import { admitLoss } from "../deletions/propagate-vanished.ts";
import { planFlagChanges } from "../flags/propagate-flags.ts";

interface Plan {
  readonly loss: ConfirmedLoss | undefined;
  /** UIDs of each side among which all that would be copied from there are. */
  readonly newcomers: PerSide<UidSet>;
}

/** @throws InterimapError MASS_DELETION, MAILBOX_EMPTIED when the guard would not admit the deletions. */
export async function tellPlans(mailbox: OpenMailbox, { loss, newcomers }: Plan): Promise<void> {
  const { sessions, name, report, guard, idx, movedHere } = mailbox;
  if (loss !== undefined) admitLoss(mailbox, loss);
  const groups = (await planFlagChanges(mailbox))?.groups;
  const moved = movedHere.get(idx);
  const left = moved === undefined ? newcomers : perSide((side) => subtract(newcomers[side], moved[side]));
  const fresh = await withoutEqualNews(mailbox, left);
  const sizes = await bothSides(async (side) =>
    isEmpty(fresh[side]) ? [] : [...(await fetchSizes(sessions[side], fresh[side]))],
  );
  for (const side of sides) {
    const copied = sizes[otherSide(side)];
    const deleted = subtract(deletedOn(side, loss), guard.movedFrom(idx)?.[side] ?? emptyUidSet);
    // Neither what is deleted here nor what is gone gets any flags.
    const gone = union(deleted, loss?.gone[side] ?? emptyUidSet);
    const flagged = subtract(all((groups?.of(side) ?? []).map(({ uids }) => uids)), gone);
    const plan = { copies: copied.length, deletions: countUids(deleted), flagChanges: countUids(flagged) };
    if (sum(Object.values(plan)) === 0) continue;
    report({ type: "messages-planned", side, mailbox: name, ...plan, octets: sum(copied.map(({ size }) => size)) });
  }
}

function deletedOn(side: Side, loss: ConfirmedLoss | undefined): UidSet {
  return all(Array.from(loss?.plans ?? [], ({ expunge }) => expunge[side]));
}

function all(sets: readonly UidSet[]): UidSet {
  return sets.reduce(union, emptyUidSet);
}
