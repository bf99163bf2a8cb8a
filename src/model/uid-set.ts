// Sets of UIDs as sorted, disjoint, non-adjacent inclusive ranges. Never expanded; never changed in place.

export const maxUid = 0xffff_ffff;

/** An inclusive range of UIDs. */
export type UidRange = readonly [first: number, last: number];

export interface UidSet {
  readonly ranges: readonly UidRange[];
}

export const emptyUidSet: UidSet = { ranges: [] };

/** Collects UIDs that arrive one by one, best in ascending order; any order and duplicates are right. */
export class UidSetBuilder {
  // Two plain arrays of numbers: hundreds of thousands of UIDs arrive here without an object for each.
  #firsts: number[] = [];
  #lasts: number[] = [];
  #sorted = true;
  /** With more ranges than that they are sorted at once: the same ones may be told over and over. */
  #most = manyRanges;

  add(uid: number): void {
    this.addRange(uid, uid);
  }

  /** Needs first <= last. */
  addRange(first: number, last: number): void {
    const top = this.#lasts.length - 1;
    if (top >= 0) {
      const topFirst = this.#firsts[top]!;
      const topLast = this.#lasts[top]!;
      if (first >= topFirst && first <= topLast + 1) {
        if (last > topLast) this.#lasts[top] = last;
        return;
      }
      if (first < topFirst) this.#sorted = false;
    }
    this.#firsts.push(first);
    this.#lasts.push(last);
    if (!this.#sorted && top >= this.#most) this.#sort();
  }

  /** What was added so far; the builder can be used further. */
  build(): UidSet {
    if (!this.#sorted) this.#sort();
    return { ranges: this.#firsts.map((first, i): UidRange => [first, this.#lasts[i]!]) };
  }

  /** Sorts, and joins what overlaps or touches. */
  #sort(): void {
    const [firsts, lasts] = [this.#firsts, this.#lasts];
    const order = firsts.map((_, i) => i).sort((a, b) => firsts[a]! - firsts[b]!);
    [this.#firsts, this.#lasts, this.#sorted] = [[], [], true];
    for (const i of order) this.addRange(firsts[i]!, lasts[i]!);
    // As many again come before the next time, so that each is sorted a few times only.
    this.#most = Math.max(manyRanges, 2 * this.#firsts.length);
  }
}

const manyRanges = 100_000;

/** Any order, duplicates allowed. */
export function uidSetOf(uids: Iterable<number>): UidSet {
  const array: readonly number[] = Array.isArray(uids) ? uids : [...uids];
  if (array.length === 0) return emptyUidSet;
  const builder = new UidSetBuilder();
  for (let i = 0; i < array.length; i++) builder.add(array[i]!);
  return builder.build();
}

/** Empty when first > last, so that `uidRange(1, uidNext - 1)` is right for an empty mailbox. */
export function uidRange(first: number, last: number): UidSet {
  return first > last ? emptyUidSet : { ranges: [[first, last]] };
}

export function union(a: UidSet, b: UidSet): UidSet {
  if (isEmpty(a)) return b;
  if (isEmpty(b)) return a;
  const merged: UidRange[] = [];
  let i = 0;
  let j = 0;
  while (i < a.ranges.length || j < b.ranges.length) {
    const x = a.ranges[i];
    const y = b.ranges[j];
    if (x !== undefined && (y === undefined || x[0] <= y[0])) {
      merged.push(x);
      i++;
    } else {
      merged.push(y!);
      j++;
    }
  }
  return { ranges: joined(merged) };
}

export function intersect(a: UidSet, b: UidSet): UidSet {
  const ranges: UidRange[] = [];
  let i = 0;
  let j = 0;
  while (i < a.ranges.length && j < b.ranges.length) {
    const x = a.ranges[i]!;
    const y = b.ranges[j]!;
    const first = Math.max(x[0], y[0]);
    const last = Math.min(x[1], y[1]);
    if (first <= last) ranges.push([first, last]);
    if (x[1] < y[1]) i++;
    else j++;
  }
  return { ranges };
}

/** What is in a but not in b. */
export function subtract(a: UidSet, b: UidSet): UidSet {
  if (isEmpty(a) || isEmpty(b)) return a;
  const ranges: UidRange[] = [];
  let j = 0;
  for (const range of a.ranges) {
    let from = range[0];
    const last = range[1];
    while (j < b.ranges.length && b.ranges[j]![1] < from) j++;
    // j stays: the last range of b met here may reach into the next range of a
    for (let k = j; k < b.ranges.length && b.ranges[k]![0] <= last; k++) {
      const hole = b.ranges[k]!;
      if (from < hole[0]) ranges.push([from, hole[0] - 1]);
      from = hole[1] + 1;
    }
    if (from <= last) ranges.push([from, last]);
  }
  return { ranges };
}

export function hasUid(set: UidSet, uid: number): boolean {
  return rangeWith(set, uid) !== undefined;
}

function rangeWith(set: UidSet, uid: number): UidRange | undefined {
  let low = 0;
  let high = set.ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const range = set.ranges[middle]!;
    if (uid < range[0]) high = middle - 1;
    else if (uid > range[1]) low = middle + 1;
    else return range;
  }
  return undefined;
}

/** Needs first <= last. */
export function hasRange(set: UidSet, first: number, last: number): boolean {
  const range = rangeWith(set, first);
  return range !== undefined && last <= range[1];
}

export function countUids(set: UidSet): number {
  return set.ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

export function isEmpty(set: UidSet): boolean {
  return set.ranges.length === 0;
}

export function isSameSet(a: UidSet, b: UidSet): boolean {
  if (a.ranges.length !== b.ranges.length) return false;
  return a.ranges.every(([first, last], i) => first === b.ranges[i]![0] && last === b.ranges[i]![1]);
}

/** Zero for an empty set. */
export function lastUid(set: UidSet): number {
  return set.ranges.at(-1)?.[1] ?? 0;
}

/** Each UID, ascending, one at a time. */
export function* uidsOf(set: UidSet): Generator<number, void, undefined> {
  for (const [first, last] of set.ranges) {
    for (let uid = first; uid <= last; uid++) yield uid;
  }
}

/** The first and the second half, for a set of two or more. */
export function halves(set: UidSet): [UidSet, UidSet] {
  return splitAt(set, countUids(set) >>> 1);
}

/** The lowest `count` UIDs, or all if there are fewer, and the rest. */
export function splitAt(set: UidSet, count: number): [UidSet, UidSet] {
  const first: UidRange[] = [];
  let wanted = count;
  for (const [from, to] of set.ranges) {
    if (wanted === 0) break;
    const last = Math.min(to, from + wanted - 1);
    first.push([from, last]);
    wanted -= last - from + 1;
  }
  return [{ ranges: first }, subtract(set, { ranges: first })];
}

/** In order, each of `count` UIDs, the last one of what is left. */
export function* setsOfAtMost(count: number, set: UidSet): Generator<UidSet, void, undefined> {
  let rest = set;
  while (countUids(rest) > count) {
    const [first, others] = splitAt(rest, count);
    yield first;
    rest = others;
  }
  yield rest;
}

/** Joins what overlaps or touches; the ranges come in order of their first UID. */
function joined(ranges: readonly UidRange[]): UidRange[] {
  const result: UidRange[] = [];
  for (const range of ranges) {
    const top = result.at(-1);
    if (top === undefined || range[0] > top[1] + 1) result.push(range);
    else if (range[1] > top[1]) result[result.length - 1] = [top[0], range[1]];
  }
  return result;
}
