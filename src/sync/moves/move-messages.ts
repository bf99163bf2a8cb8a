// Finds messages that somebody moved from one mailbox to another, and moves them on the other side as well, before anything is
// deleted or copied ("A move" in ARCHITECTURE.md; why it is so, ADR 30 says).

import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { fetchIdentities } from "../../imap/verbs/fetch.ts";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { emptyUidSet, uidSetOf, union } from "../../model/uid-set.ts";
import { changesNothing, type Run } from "../context/run.ts";
import { pairMessages } from "../identity/pair-messages.ts";
import type { Prospect } from "../mailbox/survey-ahead.ts";
import { type Arrivals, arrivalsIn } from "./arrivals.ts";
import { carryOut, type Errand } from "./carry-out.ts";
import { type Source, withSource } from "./departures.ts";
import { countUnited, followFlags } from "./moved-flags.ts";
import { type Departure, type Move, planArrivals, planDepartures, planMoves, planSearch } from "./moves-plan.ts";
import { type Shifted, shiftOf } from "./shifts.ts";

/**
 * `prospects`: mailboxes in which there may be something to do. Returns whether anything was recorded. Where messages did not
 * both vanish and arrive, in two mailboxes of one side, nothing is asked.
 */
export async function moveMessages(run: Run, prospects: readonly Prospect[]): Promise<boolean> {
  if (run.repairs === true || prospects.length < 2) return false;
  const search = planSearch(prospects.map((prospect) => shiftOf(run.store, prospect)));
  const arrivals = perSide(() => new Map<Prospect, Promise<Arrivals | undefined>>());
  const sources = new Set(sides.flatMap((side) => search[side].sources));
  const marks = new Map<number, PerSide<number>>();
  for (const from of sources) {
    if (run.stop.aborted) break;
    const { prospect } = from;
    await withSource(run, { prospect, marked: marks.get(prospect.mailbox.idx) }, async (source) => {
      for (const side of sides) {
        const targets = search[side].sources.includes(from) ? search[side].targets.filter((to) => to !== from) : [];
        await moveFrom({ run, source, side, arrivals, marks }, targets);
      }
    });
  }
  return marks.size > 0;
}

interface Leaving {
  readonly run: Run;
  readonly source: Source;
  /** Where somebody moved them. */
  readonly side: Side;
  /** What was found to be new, by the mailbox in which it is. */
  readonly arrivals: PerSide<Map<Prospect, Promise<Arrivals | undefined>>>;
  readonly marks: Errand["marks"];
}

async function moveFrom(leaving: Leaving, targets: readonly Shifted[]): Promise<void> {
  const { run, source, side, arrivals, marks } = leaving;
  let departures = source.departures[side];
  for (const { prospect } of targets) {
    if (departures.length === 0 || run.stop.aborted) break;
    let asked = arrivals[side].get(prospect);
    if (asked === undefined) arrivals[side].set(prospect, (asked = arrivalsIn(run, side, prospect)));
    const there = await asked;
    if (there === undefined) continue;
    const moves = await findMoves(leaving, { departures, there });
    if (moves.length === 0) continue;
    const gone = new Set(moves.map(({ departure }) => departure));
    departures = departures.filter((one) => !gone.has(one));
    const arrived = new Set(moves.map(({ arrival }) => arrival.uid));
    there.left = there.left.filter(({ uid }) => !arrived.has(uid));
    if (changesNothing(run)) {
      tell(leaving, { to: prospect, moves, view: there.view });
      continue;
    }
    await followFlags(source, { side, moves, view: there.view });
    await carryOut({ run, source: source.mailbox, target: prospect, side, marks }, moves);
  }
}

interface Candidates {
  readonly departures: readonly Departure[];
  readonly there: Arrivals;
}

/** Only what may be the same by what is known of it is asked for on the other side. */
async function findMoves(
  { source: { mailbox }, side }: Leaving,
  { departures: all, there }: Candidates,
): Promise<readonly Move[]> {
  const other = otherSide(side);
  const departures = planDepartures(all, { side, arrivals: there.left });
  if (departures.length === 0) return [];
  const arrivals = planArrivals(there.left, { side, departures });
  const counterparts = await fetchIdentities(
    mailbox.sessions[other],
    uidSetOf(departures.map(({ pair }) => pair[other])),
  );
  const sessions = perSide((one) => (one === side ? there.channel : mailbox.sessions[one]));
  const messages = perSide((one) => (one === side ? arrivals : counterparts));
  return planMoves({ side, departures, pairs: await pairMessages({ sessions }, messages) });
}

interface Told {
  readonly to: Prospect;
  readonly moves: readonly Move[];
  readonly view: MailboxView;
}

/** In a dry run. */
function tell({ run, source, side }: Leaving, { to, moves, view }: Told): void {
  const { mailbox } = source;
  const [other, { idx, name }] = [otherSide(side), to.mailbox];
  const nothing = { local: emptyUidSet, remote: emptyUidSet };
  const leaving = uidSetOf(moves.map(({ counterpart }) => counterpart.uid));
  run.guard.noteMoved(mailbox.idx, { ...nothing, [other]: leaving });
  const before = run.movedHere.get(idx) ?? nothing;
  const here = uidSetOf(moves.map(({ arrival }) => arrival.uid));
  run.movedHere.set(idx, { ...before, [side]: union(before[side], here) });
  run.report({ type: "moves-planned", side: other, mailbox: mailbox.name, to: name, count: moves.length });
  const united = countUnited(source, { side, moves, view });
  const rest = { copies: 0, octets: 0, deletions: 0 };
  for (const one of sides)
    if (united[one] > 0)
      run.report({ type: "messages-planned", side: one, mailbox: name, ...rest, flagChanges: united[one] });
}
