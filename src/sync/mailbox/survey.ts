// What is found when a mailbox is opened, before anything is done in it: what vanished, what changed, what is new. Plans are
// made from it, and so are the figures that a run shows before its work.

import type { MessageSizes } from "../../model/message-sizes.ts";
import { type PerSide, type Side, sides } from "../../model/side.ts";
import { countUids, hasUid, intersect, subtract, type UidSet, union } from "../../model/uid-set.ts";
import { sum } from "../../util/sum.ts";
import type { Loss } from "../deletions/loss.ts";

export interface Survey {
  readonly idx: number;
  readonly name: string;
  readonly isRubbish: boolean;
  /** Confirmed: the server was asked for exactly these messages. Undefined: none vanished. */
  readonly loss: Loss | undefined;
  /** How many messages of each side have other flags than at the last checkpoint, according to the server. */
  readonly changed: PerSide<number>;
  /** UIDs of each side that include all its new messages, and nothing that the other side has already. */
  readonly fresh: PerSide<UidSet>;
  /** The total size of the new messages whose sizes are known so far; undefined if none is. */
  readonly octets: PerSide<number | undefined>;
}

/** By mailbox. A survey made in advance is replaced when the mailbox is opened for work. */
export type Surveys = Map<number, Survey>;

/** The sizes of some new messages. A UID that was asked for and has no size has no message. */
export function withSizes(
  survey: Survey,
  side: Side,
  { asked, sizes }: { readonly asked: UidSet; readonly sizes: MessageSizes },
): Survey {
  const { fresh, octets } = survey;
  const present = intersect(intersect(fresh[side], asked), sizes.uids);
  let size = octets[side] ?? 0;
  for (const message of sizes) if (hasUid(present, message.uid)) size += message.size;
  const left = union(subtract(fresh[side], asked), present);
  return { ...survey, fresh: { ...fresh, [side]: left }, octets: { ...octets, [side]: size } };
}

export interface SurveyTotals {
  /** Mailboxes in which there is something to do. */
  readonly mailboxes: number;
  /** Messages to copy, at most: some UIDs may have none. */
  readonly copies: number;
  /** Octets of the messages whose sizes are known. */
  readonly octets: number;
  readonly deletions: number;
  /** Messages whose flags changed. */
  readonly flagChanges: number;
}

/** What a run has to do in all these mailboxes. */
export function totalsOf(surveys: Iterable<Survey>): SurveyTotals {
  const totals = { mailboxes: 0, copies: 0, octets: 0, deletions: 0, flagChanges: 0 };
  for (const { loss, changed, fresh, octets } of surveys) {
    const copies = sum(sides.map((side) => countUids(fresh[side])));
    const deletions = loss === undefined ? 0 : loss.deletions.local + loss.deletions.remote;
    const flagChanges = changed.local + changed.remote;
    if (copies + deletions + flagChanges > 0) totals.mailboxes++;
    totals.copies += copies;
    totals.deletions += deletions;
    totals.flagChanges += flagChanges;
    totals.octets += sum(sides.map((side) => octets[side] ?? 0));
  }
  return totals;
}
