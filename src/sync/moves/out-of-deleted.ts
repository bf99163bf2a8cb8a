// Messages that somebody moved out of a mailbox before deleting it. The other server is about to delete that mailbox, too; before
// it does, it copies them to where they are now. They stay in the old one as well, which has to be as it was recorded until then.

import { openChannel } from "../../imap/mailbox/channel.ts";
import { observe } from "../../mail/observe/observe.ts";
import { InterimapError } from "../../model/errors.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import { otherSide, type PerSide, perSide, type Side } from "../../model/side.ts";
import { changesNothing, type Reconciled, type Run } from "../context/run.ts";
import { type Prospect, prospectOf } from "../mailbox/prospect.ts";
import { type Arrivals, arrivalsIn } from "./arrivals.ts";
import { carryOut, type Errand } from "./carry-out.ts";
import { findMoves } from "./find-moves.ts";
import { keepsFlags } from "./moves-plan.ts";
import { shiftOf } from "./shifts.ts";

/** A mailbox that is about to be deleted. */
export interface Doomed {
  /** Where it is gone. The other server has it. */
  readonly side: Side;
  readonly idx: number;
  readonly name: string;
}

/** How many rows of one mailbox are looked at. */
const mostRows = 100_000;

/** Once in a run. Returns whether anything was to be copied: the listings are out of date then. */
export async function copyFromDeleted(
  run: Run,
  { listings, known }: Pick<Reconciled, "listings" | "known">,
  all: readonly Doomed[],
): Promise<boolean> {
  if (changesNothing(run)) return false;
  const marks = new Map<number, PerSide<number>>();
  const left = all.filter(({ idx }) => !run.rescued.has(idx));
  for (const { idx } of left) run.rescued.add(idx);
  for (const side of new Set(left.map((one) => one.side))) {
    const doomed = left.filter((one) => one.side === side);
    for (const mailbox of known.values()) {
      if (run.isIgnored(mailbox.name) || run.skipped.has(mailbox.name)) continue;
      const target = prospectOf(mailbox, listings);
      if (!shiftOf(run.store, target).gains[side]) continue;
      const there = await arrivalsIn(run, side, target);
      for (const one of doomed)
        if (there !== undefined && there.left.length > 0 && !run.stop.aborted)
          await copyBetween({ run, from: prospectOf(known.get(one.name)!, listings), side, target, there, marks });
    }
  }
  return marks.size > 0;
}

interface Between extends Pick<Errand, "run" | "side" | "target" | "marks"> {
  readonly from: Prospect;
  /** What is new in the target. */
  readonly there: Arrivals;
}

async function copyBetween({ run, from, side, target, there, marks }: Between): Promise<void> {
  const { idx, name, states } = from.mailbox;
  const other = otherSide(side);
  const rows = run.store.fingerprints
    .like(side, there.left.map(fingerprint), mostRows)
    .filter((row) => row.idx === idx)
    .sort((a, b) => a.local - b.local);
  if (rows.length === 0) return;
  const channel = openChannel(run.sessions[other]);
  try {
    const { view } = await observe(channel, from.wireNames[other]);
    if (!view.hasStickyUids || view.uidValidity !== states[other]?.uidValidity) return;
    const source = { idx, name, sessions: perSide(() => channel) };
    const departures = rows.map((row) => ({ pair: row, prints: row.prints }));
    const found = await findMoves({ source, side, there, isRepair: run.repairs === true }, departures);
    const moves = found.filter(keepsFlags);
    if (moves.length === 0) return;
    const arrived = new Set(moves.map(({ arrival }) => arrival.uid));
    there.left = there.left.filter(({ uid }) => !arrived.has(uid));
    await carryOut({ run, source, target, side, marks, areToStay: true }, moves);
  } catch (error) {
    if (!(error instanceof InterimapError) || error.abandons !== "mailbox") throw error;
  }
}
