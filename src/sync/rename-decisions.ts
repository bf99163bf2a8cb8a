// What follows from known mailboxes that are called otherwise now: which are renamed on the other server, too, which only in
// the database, and which are left alone. Pure.

import { isWithin } from "../model/mailbox-name.ts";
import { otherSide, perSide, sides, type PerSide, type Side } from "../model/side.ts";
import { isTemporary } from "../model/temporary-name.ts";
import type { ListedMailbox } from "./mailbox-listing.ts";

export interface Renaming {
  readonly idx: number;
  readonly from: string;
  readonly to: string;
}

export interface Move extends Renaming {
  /** Where it is to be renamed. */
  readonly side: Side;
  /** Its name there, which may be another than the recorded one. */
  readonly current: string;
}

/** Why a mailbox is not renamed. */
export type Obstacle =
  /** Nothing took its old name, and it is for people to say that it was renamed. */
  | { readonly kind: "mere"; readonly side: Side }
  | { readonly kind: "both"; readonly names: PerSide<string> }
  /** The other server has another mailbox of the new name. */
  | { readonly kind: "taken"; readonly side: Side }
  | { readonly kind: "ignored"; readonly side: Side }
  | { readonly kind: "inbox"; readonly side: Side }
  /** It may be any of several, which hold the same, or cannot be compared. */
  | { readonly kind: "unclear"; readonly side: Side; readonly names: readonly string[] }
  /** Depends on one that is left alone. */
  | { readonly kind: "entangled"; readonly side: Side };

export interface Held extends Renaming {
  readonly obstacle: Obstacle;
  /** All names that it has or had anywhere: none of them is what it seems to be. */
  readonly names: readonly string[];
}

export interface Decisions {
  readonly moves: readonly Move[];
  /** To be renamed on the other server as a whole, by what a server tells: nothing else has or wants the old name. */
  readonly followed: readonly Move[];
  /** Both servers agree already, or only one has it. */
  readonly recorded: readonly Renaming[];
  readonly held: readonly Held[];
}

export interface DecisionSituation {
  readonly known: readonly { readonly idx: number; readonly name: string }[];
  readonly listed: PerSide<ReadonlyMap<string, ListedMailbox>>;
  /** See Whereabouts. */
  readonly places: PerSide<ReadonlyMap<number, string | undefined>>;
  readonly unclear: PerSide<ReadonlyMap<number, readonly string[]>>;
  readonly isIgnored: (name: string) => boolean;
  /** Whether a mailbox of this name is synchronised, if there is one. */
  readonly isInScope: (name: string) => boolean;
  /** Whether a rename on this side is followed even if nothing else happened. */
  readonly isTold: (side: Side) => boolean;
}

interface Candidate {
  readonly idx: number;
  readonly name: string;
  /** Undefined: nowhere. */
  readonly at: PerSide<string | undefined>;
}

export function decideRenames(situation: DecisionSituation): Decisions {
  const { known, places, unclear } = situation;
  const isMoved = (idx: number): boolean =>
    sides.some((side) => places[side].get(idx) !== undefined || unclear[side].has(idx));
  const moved = known.filter(({ idx }) => isMoved(idx)).map((one) => candidate(situation, one));
  if (moved.length === 0) return { moves: [], followed: [], recorded: [], held: [] };

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
  holdBlocked(situation, { moved, wanted, held });
  const plain = wanted.filter((move) => !isExchange(move, { situation, all: [...wanted, ...recorded, ...held] }));
  const isPlain = new Set(plain);
  const followed = plain.filter(({ side }) => situation.isTold(otherSide(side)));
  for (const move of plain) {
    if (followed.includes(move)) continue;
    const one = moved.find(({ idx }) => idx === move.idx)!;
    held.push(holdBack(one, { kind: "mere", side: otherSide(move.side) }));
  }
  return { moves: wanted.filter((move) => !isPlain.has(move)), followed, recorded, held };
}

function candidate(
  { listed, places }: DecisionSituation,
  { idx, name }: { readonly idx: number; readonly name: string },
): Candidate {
  const at = perSide((side) => {
    if (places[side].has(idx)) return places[side].get(idx);
    return listed[side].get(name)?.exists === true ? name : undefined;
  });
  return { idx, name, at };
}

/** Undefined: it is where it belongs, or nothing is to be done about it. */
function judge(
  { listed, unclear, isIgnored, isInScope }: DecisionSituation,
  { idx, name, at }: Candidate,
): Move | Renaming | Obstacle | undefined {
  if (isIgnored(name)) return undefined;
  const doubtful = sides.find((side) => unclear[side].has(idx));
  if (doubtful !== undefined) return { kind: "unclear", side: doubtful, names: unclear[doubtful].get(idx)! };
  const goal = goalOf(name, at);
  if (goal === undefined) return { kind: "both", names: { local: at.local!, remote: at.remote! } };
  const [behind] = sides.filter((side) => at[side] !== undefined && at[side] !== goal);
  const ahead = behind === undefined ? sides.find((side) => at[side] === goal)! : otherSide(behind);
  if (name === "INBOX") return { kind: "inbox", side: ahead };
  if (goal !== name && (isIgnored(goal) || !isInScope(goal))) {
    // Without another mailbox in its place it is one that disappeared.
    return listed[ahead].get(name)?.exists === true ? { kind: "ignored", side: ahead } : undefined;
  }
  if (behind !== undefined) return { idx, from: name, to: goal, side: behind, current: at[behind]! };
  // Gone from the other server, and nothing has taken its name: to that one it is new.
  const isAlone = at[otherSide(ahead)] === undefined && !sides.some((side) => listed[side].get(name)?.exists === true);
  return goal === name || isAlone ? undefined : { idx, from: name, to: goal };
}

/** The name it is to have; undefined when the servers have two for it. */
function goalOf(name: string, { local, remote }: Candidate["at"]): string | undefined {
  const settled = [local, remote].filter((one) => one !== undefined && !isTemporary(one));
  const [first, second = first] = settled;
  if (first === undefined) return name;
  if (first === second) return first;
  return [first, second].find((one) => one !== name && [first, second].includes(name));
}

function holdBack({ idx, name, at }: Candidate, obstacle: Obstacle): Held {
  const more = obstacle.kind === "unclear" ? obstacle.names : [];
  const names = [...new Set([name, at.local, at.remote, ...more].filter((one) => one !== undefined))];
  const side = "side" in obstacle ? obstacle.side : "local";
  return { idx, from: name, to: at[side] ?? name, obstacle, names };
}

interface Work {
  readonly moved: readonly Candidate[];
  readonly wanted: Move[];
  readonly held: Held[];
}

/** Those whose new name belongs to a mailbox that stays, and those whose new name is the place of one of these. */
function holdBlocked({ listed, places, known }: DecisionSituation, { moved, wanted, held }: Work): void {
  const nameOf = new Map(known.map(({ idx, name }) => [name, idx]));
  for (let isSettled = false; !isSettled;) {
    isSettled = true;
    for (const move of [...wanted]) {
      const { side, to, idx } = move;
      if (listed[side].get(to)?.exists !== true) continue;
      const makesRoom = wanted.some((other) => other.side === side && other.idx !== idx && other.current === to);
      if (makesRoom) continue;
      wanted.splice(wanted.indexOf(move), 1);
      const holder = moved.find((other) => other.at[side] === to && other.idx !== idx);
      const isStaying = nameOf.has(to) && !places[side].has(nameOf.get(to)!);
      const one = moved.find((other) => other.idx === idx)!;
      const kind = holder !== undefined && !isStaying ? "entangled" : "taken";
      held.push(holdBack(one, { kind, side: otherSide(side) }));
      isSettled = false;
    }
  }
}

interface Circle {
  readonly situation: DecisionSituation;
  readonly all: readonly Renaming[];
}

/** Whether the old name is another mailbox's now, or the new one was, here or where mailboxes go along with this one. */
function isExchange(move: Renaming, { situation: { known, listed }, all }: Circle): boolean {
  const names = new Set(known.map(({ name }) => name));
  const isReused = ({ from, to }: Renaming): boolean =>
    names.has(to) || isTemporary(to) || all.some((one) => one.to === from) || isMadeAnew(from);
  const isMadeAnew = (name: string): boolean => {
    const renaming = all.find(({ from }) => from === name);
    if (renaming === undefined) return false;
    const { to } = renaming;
    // Where it has its new name already.
    return sides.some((side) => listed[side].get(name)?.exists === true && listed[side].get(to)?.exists === true);
  };
  const isLinked = (a: Renaming, b: Renaming): boolean =>
    [a.from, a.to].some((one) => [b.from, b.to].some((other) => isWithin(one, other) || isWithin(other, one)));
  const circle = new Set([move]);
  for (const one of circle) {
    if (isReused(one)) return true;
    for (const other of all) if (isLinked(one, other)) circle.add(other);
  }
  return false;
}
