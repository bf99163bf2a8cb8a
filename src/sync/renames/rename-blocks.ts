// Finds renames that cannot be followed because their new name is not free, on the server or in the database. Pure.

import { otherSide, type Side, sides } from "../../model/side.ts";
import { type Candidate, type DecisionSituation, type Held, holdBack, type Move, type Renaming } from "./renaming.ts";

export interface Intentions {
  readonly moved: readonly Candidate[];
  readonly wanted: readonly Move[];
  readonly recorded: readonly Renaming[];
  readonly held: readonly Held[];
}

/** The same without blocked ones, and without those for which a blocked one would have made room. */
export function holdBlocked(situation: DecisionSituation, { moved, ...intentions }: Intentions): Intentions {
  const of = new Map(moved.map((one) => [one.idx, one]));
  const rows = new Map(situation.known.map((one) => [one.name, one]));
  let [wanted, recorded, held] = [[...intentions.wanted], [...intentions.recorded], [...intentions.held]];
  for (;;) {
    const leaving = new Set(wanted.map(({ side, current }) => `${side} ${current}`));
    const returning = new Set(wanted.filter(({ from, to }) => from === to).map(({ side, to }) => `${side} ${to}`));
    const going = new Set([...wanted, ...recorded].filter(({ from, to }) => from !== to).map(({ idx }) => idx));
    const waiting = new Set(held.map(({ idx }) => idx));
    const blocked = new Map<number, Held>();
    const block = (one: Candidate, side: Side, holder: { readonly idx: number } | undefined): void => {
      const there = otherSide(side);
      const row = rows.get(one.at[side] ?? one.name);
      const isKnown = row !== undefined && row.idx !== one.idx && placeOf(situation, row, there) === row.name;
      const isLined = holder !== undefined && waiting.has(holder.idx);
      const obstacle = isLined ? ({ kind: "entangled", side } as const) : ({ kind: "taken", side, isKnown } as const);
      blocked.set(one.idx, holdBack(one, obstacle));
    };
    for (const { idx, side, from, to, current } of wanted) {
      const isThere = situation.listed[side].get(to)?.exists === true && !leaving.has(`${side} ${to}`);
      if (current === to || (!isThere && (from === to || !returning.has(`${side} ${to}`)))) continue;
      block(
        of.get(idx)!,
        otherSide(side),
        moved.find((other) => other.at[side] === to && other.idx !== idx),
      );
    }
    for (const { idx, from, to } of [...wanted, ...recorded]) {
      if (from === to) continue;
      const row = rows.get(to);
      if (row === undefined || row.idx === idx || going.has(row.idx) || blocked.has(idx)) continue;
      // Nothing can be known about a mailbox that is nowhere.
      if (sides.every((side) => placeOf(situation, row, side) === undefined)) continue;
      const one = of.get(idx)!;
      block(
        one,
        sides.find((side) => one.at[side] === to)!,
        row,
      );
    }
    if (blocked.size === 0) return { moved, wanted, recorded, held };
    wanted = wanted.filter(({ idx }) => !blocked.has(idx));
    recorded = recorded.filter(({ idx }) => !blocked.has(idx));
    held = [...held, ...blocked.values()];
  }
}

/** The name of a known mailbox on a server; undefined: it is nowhere. */
export function placeOf(
  { listed, places }: Pick<DecisionSituation, "listed" | "places">,
  { idx, name }: { readonly idx: number; readonly name: string },
  side: Side,
): string | undefined {
  if (places[side].has(idx)) return places[side].get(idx);
  return listed[side].get(name)?.exists === true ? name : undefined;
}
