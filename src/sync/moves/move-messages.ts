// Finds messages that somebody moved from one mailbox to another, and moves them on the other side as well, before anything is
// deleted or copied ("A move" in ARCHITECTURE.md; ADR 30 gives the reasons).

import { bothSides, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import type { Run } from "../context/run.ts";
import type { Prospect } from "../mailbox/prospect.ts";
import { type Arrivals, arrivalsIn } from "./arrivals.ts";
import type { Errand } from "./carry-out.ts";
import { type Source, withSource } from "./departures.ts";
import { findMoves } from "./find-moves.ts";
import { followMoves } from "./follow-moves.ts";
import { settleApart } from "./moved-apart.ts";
import { planSearch } from "./moves-plan.ts";
import { leavingFrom } from "./out-of-lost.ts";
import { type Shifted, shiftOf } from "./shifts.ts";

/**
 * `prospects`: mailboxes in which there may be something to do. Returns whether anything was recorded. Nothing is asked unless
 * messages vanished in one mailbox and arrived in another one on the same side.
 */
export async function moveMessages(run: Run, prospects: readonly Prospect[]): Promise<boolean> {
  if (prospects.length < 2) return false;
  const search = planSearch(prospects.map((prospect) => shiftOf(run.store, prospect)));
  const arrivals = perSide(() => new Map<Prospect, Promise<Arrivals | undefined>>());
  const sources = new Set(sides.flatMap((side) => search[side].sources));
  const marks = new Map<number, PerSide<number>>();
  for (const from of sources) {
    if (run.stop.aborted) break;
    const { prospect, isAnewOn } = from;
    if (isAnewOn !== undefined) {
      const leaving = { run, side: isAnewOn, arrivals, marks };
      await moveFromOld(leaving, prospect, search[isAnewOn].targets);
      continue;
    }
    await withSource(run, { prospect, marked: marks.get(prospect.mailbox.idx) }, async (source) => {
      const targets = perSide((side) =>
        search[side].sources.includes(from) ? search[side].targets.filter((to) => to !== from) : [],
      );
      for (const side of sides) await moveFrom({ run, source, side, arrivals, marks }, targets[side]);
      if (source.gone.length > 0 && sides.every((side) => targets[side].length > 0))
        await settleMovedApart({ run, source, arrivals, marks }, targets);
    });
  }
  return marks.size > 0;
}

/** Out of a mailbox that was made anew. The other side has the old one. */
async function moveFromOld(
  leaving: Omit<Leaving, "source">,
  from: Prospect,
  targets: readonly Shifted[],
): Promise<void> {
  const { run, side, marks } = leaving;
  const follow = leavingFrom({ run, from, side, marks, isDoomed: false });
  for (const { prospect } of targets) {
    if (run.stop.aborted) break;
    const there = prospect === from ? undefined : await askOnce(leaving, side, prospect);
    if (there !== undefined && there.left.length > 0) await follow(prospect, there);
  }
}

interface Leaving {
  readonly run: Run;
  readonly source: Source;
  /** Where somebody moved them. */
  readonly side: Side;
  /** The new messages that were found, by mailbox. */
  readonly arrivals: PerSide<Map<Prospect, Promise<Arrivals | undefined>>>;
  readonly marks: Errand["marks"];
}

/** Each mailbox is asked once. */
function askOnce(
  { run, arrivals }: Pick<Leaving, "run" | "arrivals">,
  side: Side,
  prospect: Prospect,
): Promise<Arrivals | undefined> {
  let asked = arrivals[side].get(prospect);
  if (asked === undefined) arrivals[side].set(prospect, (asked = arrivalsIn(run, side, prospect)));
  return asked;
}

async function settleMovedApart(leaving: Omit<Leaving, "side">, targets: PerSide<readonly Shifted[]>): Promise<void> {
  const { run, source, marks } = leaving;
  const there = await bothSides(async (side) => {
    const found: { prospect: Prospect; arrivals: Arrivals }[] = [];
    for (const { prospect } of targets[side]) {
      const arrivals = await askOnce(leaving, side, prospect);
      if (arrivals !== undefined && arrivals.left.length > 0) found.push({ prospect, arrivals });
    }
    return found;
  });
  await settleApart({ run, from: source.mailbox.name, gone: source.gone, there, marks });
}

async function moveFrom(leaving: Leaving, targets: readonly Shifted[]): Promise<void> {
  const { run, source, side, marks } = leaving;
  let departures = source.departures[side];
  for (const { prospect } of targets) {
    if (departures.length === 0 || run.stop.aborted) break;
    const there = await askOnce(leaving, side, prospect);
    if (there === undefined) continue;
    const moves = await findMoves({ source: source.mailbox, side, there, isRepair: run.repairs === true }, departures);
    if (moves.length === 0) continue;
    const gone = new Set(moves.map(({ departure }) => departure));
    departures = departures.filter((one) => !gone.has(one));
    await followMoves({ run, source, side, marks }, { target: prospect, there, moves });
  }
}
