// Decides what follows from known mailboxes that have other names now: which are renamed on the other server, too, which only
// in the database, and which are left alone. Neither server counts more than the other. Pure.

import { isWithin, renamedAlong } from "../../model/mailbox-name.ts";
import { otherSide, perSide, sides } from "../../model/side.ts";
import { isTemporary, settledName } from "../../model/temporary-name.ts";
import { groupBy } from "../../util/group-by.ts";
import { holdBlocked, placeOf } from "./rename-blocks.ts";
import { circlesAmong } from "./rename-circles.ts";
import type { Candidate, Carried, DecisionSituation, Held, Move, Obstacle, Renaming } from "./renaming.ts";
import { holdBack } from "./renaming.ts";

export interface Decisions {
  /** Each list is of one server, and independent of the others: it can be carried out, or fail, alone. */
  readonly moves: readonly (readonly Move[])[];
  /** To be renamed on the other server as a whole, as a server reported: everything below goes along. */
  readonly followed: readonly Move[];
  /** Both servers agree already, or only one has it. */
  readonly recorded: readonly Renaming[];
  readonly carried: readonly Carried[];
  readonly held: readonly Held[];
}

export function decideRenames(situation: DecisionSituation): Decisions {
  const { known, places, unclear, isTold, isConfirmed } = situation;
  const isMoved = (idx: number): boolean =>
    sides.some((side) => places[side].get(idx) !== undefined || unclear[side].has(idx));
  const moved = known
    .filter(({ idx }) => isMoved(idx))
    .map((one): Candidate => ({ ...one, at: perSide((side) => placeOf(situation, one, side)) }));
  if (moved.length === 0) return { moves: [], followed: [], recorded: [], carried: [], held: [] };

  const recorded: Renaming[] = [];
  const wanted: Move[] = [];
  const held: Held[] = [];
  for (const one of moved) {
    const verdict = judge(situation, one);
    if (verdict === undefined) continue;
    if ("kind" in verdict) held.push(holdBack(one, verdict));
    else if ("side" in verdict) wanted.push(verdict);
    else recorded.push(verdict);
  }
  const free = holdBlocked(situation, { moved, wanted, recorded, held });
  const candidates = new Map(moved.map((one) => [one.idx, one]));
  const moves: (readonly Move[])[] = [];
  const followed: Move[] = [];
  const mere: Held[] = [];
  for (const { members, isExchange } of circlesAmong([...free.wanted, ...free.recorded, ...free.held], situation)) {
    const those = free.wanted.filter(({ idx }) => members.has(idx));
    const isCertain = areAllConfirmed(those, isConfirmed);
    const isFollowed = ({ side }: Move): boolean => isExchange || isCertain || isTold(otherSide(side));
    const going = those.filter(isFollowed);
    const isAll = !isExchange && going.length === members.size;
    const whole = isAll ? wholeOf(going) : undefined;
    if (whole !== undefined) followed.push(whole);
    else moves.push(...groupBy(going, ({ side }) => side).values());
    for (const move of those)
      if (!isFollowed(move))
        mere.push(holdBack(candidates.get(move.idx)!, { kind: "mere", side: otherSide(move.side) }));
  }
  const going = [...moves.flat(), ...followed, ...free.recorded].filter(({ from, to }) => from !== to);
  return {
    ...{ moves, followed, recorded: free.recorded },
    ...carryAlong({ known, candidates, going, held: [...free.held, ...mere] }),
  };
}

/** One by one, or along with a mailbox above. Renames that belong together are followed together, or not at all. */
function areAllConfirmed(moves: readonly Move[], isConfirmed: DecisionSituation["isConfirmed"]): boolean {
  const confirmed = moves.filter(({ side, idx }) => isConfirmed(otherSide(side), idx));
  return moves.every((move) => confirmed.includes(move) || confirmed.some((above) => goesAlong(move, above)));
}

function goesAlong({ side, from, to }: Move, above: Move): boolean {
  return side === above.side && isWithin(from, above.from) && to === renamedAlong(from, above);
}

/** Undefined: it is where it belongs, or there is nothing to do about it. */
function judge(
  { listed, unclear, isIgnored, isInScope }: DecisionSituation,
  { idx, name, at }: Candidate,
): Move | Renaming | Obstacle | undefined {
  if (isIgnored(name)) return undefined;
  const doubtful = sides.find((side) => unclear[side].has(idx));
  if (doubtful !== undefined) return { kind: "unclear", side: doubtful, names: unclear[doubtful].get(idx)! };
  const goal = goalOf(name, at);
  const aside = sides.find((side) => at[side] !== undefined && isTemporary(at[side]));
  if (aside !== undefined && at[otherSide(aside)] !== undefined && at[otherSide(aside)] !== goal) {
    // It had made room when a run was interrupted. First see where it was.
    const back = settledName(at[aside]!);
    return { idx, from: back, to: back, side: aside, current: at[aside]! };
  }
  if (goal === undefined) return { kind: "both", names: { local: at.local!, remote: at.remote! } };
  const [behind] = sides.filter((side) => at[side] !== undefined && at[side] !== goal);
  const ahead = behind === undefined ? sides.find((side) => at[side] === goal)! : otherSide(behind);
  const isAgreed = sides.every((side) => at[side] === goal);
  if (name === "INBOX" && !isAgreed) return { kind: "inbox", side: ahead };
  if (goal !== name && (isIgnored(goal) || !isInScope(goal))) {
    // Without another mailbox in its place, it counts as one that disappeared.
    return listed[ahead].get(name)?.exists === true ? { kind: "ignored", side: ahead } : undefined;
  }
  if (behind !== undefined) return { idx, from: name, to: goal, side: behind, current: at[behind]! };
  // Gone from the other server, and no mailbox has taken its name: for that server, it is new.
  const isAlone = at[otherSide(ahead)] === undefined && !sides.some((side) => listed[side].get(name)?.exists === true);
  return goal === name || isAlone ? undefined : { idx, from: name, to: goal };
}

/** The name that it should have; undefined if the servers have two for it. */
function goalOf(name: string, { local, remote }: Candidate["at"]): string | undefined {
  const settled = [local, remote].flatMap((one) => (one === undefined ? [] : [settledName(one)]));
  const [first, second = first] = settled.filter((one) => !isTemporary(one));
  if (first === undefined) return name;
  if (first === second) return first;
  return [first, second].find((one) => one !== name && [first, second].includes(name));
}

/** The mailbox along with which all others go, if there is one. */
function wholeOf(moves: readonly Move[]): Move | undefined {
  const [root, ...others] = moves.toSorted((a, b) => a.from.length - b.from.length);
  return root !== undefined && others.every((move) => goesAlong(move, root)) ? root : undefined;
}

interface Undecided {
  readonly known: DecisionSituation["known"];
  readonly candidates: ReadonlyMap<number, Candidate>;
  readonly going: readonly Renaming[];
  readonly held: readonly Held[];
}

/**
 * If the servers have two names for a mailbox, one of them may come from a rename of a mailbox above it, as everything below
 * goes along (RFC 3501 6.3.5). So the mailbox above comes first, and the next look finds what difference is left. If the one
 * above has to wait, so has this one: commands for it would have names that change.
 */
function carryAlong({ known, candidates, going, held }: Undecided): Pick<Decisions, "carried" | "held"> {
  const outermostFirst = going.toSorted((a, b) => a.from.length - b.from.length);
  const isGoing = new Set(going.map(({ idx }) => idx));
  const taken = new Set([
    ...known.filter(({ idx }) => !isGoing.has(idx)).map(({ name }) => name),
    ...going.map(({ to }) => to),
  ]);
  const carried: Carried[] = [];
  const isBelow = (one: Held, above: Held): boolean =>
    one !== above &&
    isWithin(one.from, above.from) &&
    sides.some((side) => {
      const [place, root] = [candidates.get(one.idx)?.at[side], candidates.get(above.idx)?.at[side]];
      return place !== undefined && root !== undefined && root !== above.from && isWithin(place, root);
    });
  const left = held.flatMap((one): Held[] => {
    if (one.obstacle.kind !== "both") return [one];
    const above = outermostFirst.find(({ from }) => isWithin(one.from, from));
    const to = above && renamedAlong(one.from, above);
    if (to !== undefined && !taken.has(to)) {
      carried.push({ idx: one.idx, from: one.from, to, above: above!.idx });
      taken.add(to);
      return [];
    }
    const isWaiting = held.some((other) => other.obstacle.kind !== "entangled" && isBelow(one, other));
    return [isWaiting ? { ...one, obstacle: { kind: "entangled", side: "local" } } : one];
  });
  return { carried, held: left };
}
