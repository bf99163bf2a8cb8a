// Which messages of two folders are the same, and what follows from that. Pure.

import type { Options } from "../options/options.ts";
import type { MessageTable } from "./message-table.ts";

export interface MatchOptions {
  /** The same message several times on host1 is to be there as often on host2. */
  readonly keepsDuplicates: boolean;
  /** Of messages of host1 the copies that former runs have recorded, by UIDs: which of several equal messages is which. */
  readonly copyOf?: ((uid1: number) => number | undefined) | undefined;
}

/** What a run's options say of it. */
export function keepsDuplicates({ syncduplicates, useuid }: Pick<Options, "syncduplicates" | "useuid">): boolean {
  return syncduplicates === true || useuid === true;
}

/** Messages by their numbers in the tables. */
export interface Match {
  /** On host1, and not on host2. */
  readonly missing: readonly number[];
  /** The same on both, in pairs: host1's at the even places, host2's at the odd ones. */
  readonly same: readonly number[];
  /** The same as another one on host1 that has a lower UID. */
  readonly repeated1: readonly number[];
  /** The same on host2. */
  readonly repeated2: readonly number[];
  /** On host2, and not on host1. */
  readonly strange: readonly number[];
  /** On host1, with nothing to tell them by. */
  readonly void1: readonly number[];
  /** The same on host2. */
  readonly void2: readonly number[];
}

export interface Compared {
  readonly match: Match;
  /** Of those that are missing on host2, what another folder there has. */
  readonly crossed: readonly number[];
}

/** Of {@link Match.same}: both numbers of each pair. */
export function* pairsIn(same: Match["same"]): Generator<readonly [on1: number, on2: number], void, undefined> {
  for (let at = 0; at < same.length; at += 2) yield [same[at]!, same[at + 1]!];
}

/** Of {@link Match.same}: the numbers on host1. */
export function* firstsIn(same: Match["same"]): Generator<number, void, undefined> {
  for (const [on1] of pairsIn(same)) yield on1;
}

/** Of {@link Match.same}: the numbers on host2. */
export function* secondsIn(same: Match["same"]): Generator<number, void, undefined> {
  for (const [, on2] of pairsIn(same)) yield on2;
}

/** Equal messages are paired as it is recorded, and the others in UID order. */
export function matchMessages(
  host1: MessageTable,
  host2: MessageTable,
  { keepsDuplicates, copyOf }: MatchOptions,
): Match {
  const pairs: Pairs = { missing: [], same: [], strange: [], taken: new Uint8Array(host2.length) };
  for (let i = 0; i < host1.length; i++)
    if (host1.isIdentified(i) && !host1.isRepeated(i))
      (keepsDuplicates ? pairAll : pairOne)({ host1, host2, pairs, copyOf }, i);
  for (let i = 0; i < host2.length; i++)
    if (host2.isIdentified(i) && !host2.isRepeated(i) && host1.find(host2, i) === undefined)
      for (const one of keepsDuplicates ? chain(host2, i) : [i]) pairs.strange.push(one);
  return {
    same: pairs.same,
    // Copies are appended in UID order.
    missing: pairs.missing.sort((a, b) => a - b),
    strange: pairs.strange.sort((a, b) => a - b),
    repeated1: numbersOf(host1, (i) => host1.isRepeated(i)),
    repeated2: numbersOf(host2, (i) => host2.isRepeated(i)),
    void1: numbersOf(host1, (i) => !host1.isIdentified(i)),
    void2: numbersOf(host2, (i) => !host2.isIdentified(i)),
  };
}

interface Pairs extends Record<"missing" | "same" | "strange", number[]> {
  /** Of host2: each is one message, however many on host1 it may be the same as. */
  readonly taken: Uint8Array;
}

interface Matching {
  readonly host1: MessageTable;
  readonly host2: MessageTable;
  readonly pairs: Pairs;
  readonly copyOf: MatchOptions["copyOf"];
}

function pairOne({ host1, host2, pairs }: Matching, i: number): void {
  const other = host2.find(host1, i);
  if (other === undefined || isTaken(pairs, other)) pairs.missing.push(i);
  else pairs.same.push(i, other);
}

function isTaken({ taken }: Pairs, other: number): boolean {
  if (taken[other] === 1) return true;
  taken[other] = 1;
  return false;
}

/** With all that are the same. */
function pairAll(matching: Matching, i: number): void {
  const { host1, host2, pairs } = matching;
  const [ones, others] = [[...chain(host1, i)], [...chain(host2, host2.find(host1, i))]];
  const recorded = recordedAmong(matching, ones, others);
  const copies = new Set(recorded?.values());
  const left = others.filter((other) => !copies.has(other)).values();
  for (const one of ones) {
    const other = recorded?.get(one) ?? left.next().value;
    if (other === undefined || isTaken(pairs, other)) pairs.missing.push(one);
    else pairs.same.push(one, other);
  }
  for (const other of left) pairs.strange.push(other);
}

/** Of equal messages, from numbers on host1 to those on host2; undefined where there is nothing to choose. */
function recordedAmong(
  { host1, host2, copyOf }: Matching,
  ones: readonly number[],
  others: readonly number[],
): ReadonlyMap<number, number> | undefined {
  if (copyOf === undefined || (ones.length < 2 && others.length < 2)) return undefined;
  const left = new Map(others.map((other) => [host2.uid(other), other]));
  const found = new Map<number, number>();
  for (const one of ones) {
    const uid2 = copyOf(host1.uid(one));
    const other = uid2 === undefined ? undefined : left.get(uid2);
    if (other === undefined) continue;
    left.delete(uid2!);
    found.set(one, other);
  }
  return found;
}

function* chain(table: MessageTable, first: number | undefined): Generator<number, void, undefined> {
  for (let i = first; i !== undefined; i = table.next(i)) yield i;
}

function numbersOf(table: MessageTable, isWanted: (i: number) => boolean): number[] {
  const found: number[] = [];
  for (let i = 0; i < table.length; i++) if (isWanted(i)) found.push(i);
  return found;
}
