// Finds messages that somebody moved from one mailbox to another, and moves them on the other side as well, before anything is
// deleted or copied ("A move" in ARCHITECTURE.md; ADR 30 gives the reasons).

import { bothSides, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { atMost } from "../../util/at-most.ts";
import { inTurn } from "../../util/in-turn.ts";
import type { Run } from "../context/run.ts";
import type { Prospect } from "../mailbox/prospect.ts";
import { type Arrivals, arrivalsIn } from "./arrivals.ts";
import type { Errand } from "./carry-out.ts";
import { type Source, withSource } from "./departures.ts";
import { findMoves } from "./find-moves.ts";
import { followMoves } from "./follow-moves.ts";
import { likelySources } from "./likely-sources.ts";
import { settleApart } from "./moved-apart.ts";
import { planSearch } from "./moves-plan.ts";
import { leavingFrom } from "./out-of-lost.ts";
import { type Shifted, shiftOf } from "./shifts.ts";
import { withoutOthers } from "./unprinted.ts";

/** How many mailboxes that lost messages are open at the same time. */
const mostOpen = 16;

/**
 * `prospects`: mailboxes in which there may be something to do. Returns whether anything was recorded. Nothing is asked unless
 * messages vanished in one mailbox and arrived in another one on the same side.
 */
export async function moveMessages(run: Run, prospects: readonly Prospect[]): Promise<boolean> {
  if (prospects.length < 2) return false;
  const search = planSearch(prospects.map((prospect) => shiftOf(run.store, prospect)));
  const arrivals = await bothSides((side) =>
    arrivalsIn(
      run,
      side,
      search[side].targets.map(({ prospect }) => prospect),
    ),
  );
  const likely = perSide((side) =>
    likelySources(run.store, side, { sources: search[side].sources, arrivals: arrivals[side].values() }),
  );
  const marks = new Map<number, PerSide<number>>();
  // No two of them may get the same arrival, so they move in turn.
  const take = inTurn();
  await atMost(mostOpen, [...new Set(sides.flatMap((side) => likely[side]))], async (from) => {
    if (run.stop.aborted) return;
    const { prospect, isAnewOn } = from;
    if (isAnewOn !== undefined) {
      const leaving = { run, side: isAnewOn, arrivals, marks };
      await take(() => moveFromOld(leaving, prospect, search[isAnewOn].targets));
      return;
    }
    await withSource(run, { prospect, marked: marks.get(prospect.mailbox.idx) }, async (source) => {
      const targets = perSide((side) =>
        search[side].sources.includes(from) ? search[side].targets.filter((to) => to !== from) : [],
      );
      const departures = await bothSides((side) => {
        const there = targets[side].flatMap(({ prospect: to }) => arrivals[side].get(to) ?? []);
        return withoutOthers({ source: source.mailbox, side, arrivals: there }, source.departures[side]);
      });
      await take(async () => {
        const leaving = { run, source: { ...source, departures }, arrivals, marks };
        for (const side of sides) await moveFrom({ ...leaving, side }, targets[side]);
        if (source.gone.length > 0 && sides.every((side) => targets[side].length > 0))
          await settleMovedApart(leaving, targets);
      });
    });
  });
  return marks.size > 0;
}

/** Out of a mailbox that was made anew. The other side has the old one. */
async function moveFromOld(
  leaving: Omit<Leaving, "source">,
  from: Prospect,
  targets: readonly Shifted[],
): Promise<void> {
  const { run, side, arrivals, marks } = leaving;
  const follow = leavingFrom({ run, from, side, marks, isDoomed: false });
  for (const { prospect } of targets) {
    if (run.stop.aborted) break;
    const there = prospect === from ? undefined : arrivals[side].get(prospect);
    if (there !== undefined && there.left.length > 0) await follow(prospect, there);
  }
}

interface Leaving {
  readonly run: Run;
  readonly source: Source;
  /** Where somebody moved them. */
  readonly side: Side;
  /** By mailbox. */
  readonly arrivals: PerSide<ReadonlyMap<Prospect, Arrivals>>;
  readonly marks: Errand["marks"];
}

async function settleMovedApart(
  { run, source, arrivals, marks }: Omit<Leaving, "side">,
  targets: PerSide<readonly Shifted[]>,
): Promise<void> {
  const there = perSide((side) =>
    targets[side].flatMap(({ prospect }) => {
      const found = arrivals[side].get(prospect);
      return found === undefined || found.left.length === 0 ? [] : [{ prospect, arrivals: found }];
    }),
  );
  await settleApart({ run, from: source.mailbox.name, gone: source.gone, there, marks });
}

async function moveFrom(leaving: Leaving, targets: readonly Shifted[]): Promise<void> {
  const { run, source, side, arrivals, marks } = leaving;
  let departures = source.departures[side];
  for (const { prospect } of targets) {
    if (departures.length === 0 || run.stop.aborted) break;
    const there = arrivals[side].get(prospect);
    if (there === undefined) continue;
    const moves = await findMoves({ source: source.mailbox, side, there, isRepair: run.repairs === true }, departures);
    if (moves.length === 0) continue;
    const gone = new Set(moves.map(({ departure }) => departure));
    departures = departures.filter((one) => !gone.has(one));
    await followMoves({ run, source, side, marks }, { target: prospect, there, moves });
  }
}
