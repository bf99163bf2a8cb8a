// Deals with messages that were moved on both sides, to two different mailboxes. If both servers report when (RFC 8514), the
// later move is followed; otherwise the messages are in both mailboxes afterwards, with a warning.

import { fetchSaveDates } from "../../imap/verbs/save-dates.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import { bothSides, otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import { groupBy } from "../../util/group-by.ts";
import { changesNothing, type Run } from "../context/run.ts";
import type { Prospect } from "../mailbox/prospect.ts";
import { laterMove, type Place, planApart } from "./apart-plan.ts";
import type { Arrivals } from "./arrivals.ts";
import { carryOut, type Errand } from "./carry-out.ts";
import type { Departure } from "./moves-plan.ts";

interface There {
  readonly prospect: Prospect;
  readonly arrivals: Arrivals;
}

export interface Apart {
  readonly run: Run;
  /** The mailbox that they left, */
  readonly from: string;
  /** and its messages that vanished on both sides. */
  readonly gone: readonly Departure[];
  /** What is new on each side, by mailbox. */
  readonly there: PerSide<readonly There[]>;
  readonly marks: Errand["marks"];
}

/** Messages that it deals with are removed from the arrivals. */
export async function settleApart({ run, from, gone, there, marks }: Apart): Promise<void> {
  const places = perSide((side) =>
    there[side].flatMap((target) => target.arrivals.left.map((message) => ({ target: target.prospect, message }))),
  );
  const all = planApart(gone, places);
  if (all.length === 0 || changesNothing(run)) return;
  const channelOf = (side: Side, prospect: Prospect): Arrivals =>
    there[side].find((one) => one.prospect === prospect)!.arrivals;
  const settled = perSide((side) => new Set(all.map((pair) => pair[side].message)));
  for (const side of sides)
    for (const { arrivals } of there[side]) arrivals.left = arrivals.left.filter((one) => !settled[side].has(one));
  for (const together of groupBy(
    all,
    ({ local, remote }) => `${local.target.mailbox.idx} ${remote.target.mailbox.idx}`,
  ).values()) {
    const { local, remote } = together[0]!;
    const targets = { local: local.target, remote: remote.target };
    const dates = await bothSides((side) =>
      fetchSaveDates(channelOf(side, targets[side]).channel, uidSetOf(together.map((one) => one[side].message.uid))),
    );
    const byWinner = groupBy(together, (pair) => laterMove(perSide((side) => dates[side].get(pair[side].message.uid))));
    const left = byWinner.get(undefined) ?? [];
    for (const side of sides) {
      const won = byWinner.get(side) ?? [];
      if (won.length > 0)
        await follow({ run, side, won, targets, marks, channel: channelOf(otherSide(side), targets[otherSide(side)]) });
    }
    if (left.length > 0)
      run.report({
        type: "messages-apart",
        mailbox: from,
        local: targets.local.mailbox.name,
        remote: targets.remote.mailbox.name,
        count: left.length,
      });
  }
}

interface Following {
  readonly run: Run;
  /** Where the later move was. */
  readonly side: Side;
  readonly won: readonly PerSide<Place<Prospect>>[];
  readonly targets: PerSide<Prospect>;
  readonly marks: Errand["marks"];
  /** Of the mailbox in which they are on the other side. */
  readonly channel: Arrivals;
}

async function follow({ run, side, won, targets, marks, channel: { channel } }: Following): Promise<void> {
  const other = otherSide(side);
  const { idx, name } = targets[other].mailbox;
  const source = { idx, name, sessions: perSide(() => channel) };
  const moves = won.map((pair) => {
    const { uid, flags } = pair[other].message;
    return { arrival: pair[side].message, counterpart: { uid, flags, print: fingerprint(pair[other].message) } };
  });
  await carryOut({ run, source, target: targets[side], side, marks }, moves);
}
