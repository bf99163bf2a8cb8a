// The flags of the messages of one mailbox on one side. A message takes six octets, whatever its flags are.

import type { FlagSet } from "./flags.ts";
import { type UidSet, UidSetBuilder } from "./uid-set.ts";

/** What 16 bits can number. */
const fewSets = 65_536;
/** The number of UIDs that may come out of order before they are sorted in. */
const fewLate = 1024;

export class KnownFlags {
  // Two columns, ascending by UID; of both the first `#count` are used.
  #uids: Uint32Array;
  /** Where in `#sets` the flags are. */
  #numbers: Uint16Array | Uint32Array;
  #count = 0;
  /** UIDs below the last one that were set out of order, and are not in the columns yet. */
  readonly #late = new Map<number, FlagSet>();
  readonly #sets: FlagSet[] = [];
  readonly #numberOf = new Map<FlagSet, number>();
  /** Where the last search ended: most callers ask in ascending order. */
  #at = 0;

  /** `expected`: how many messages there may be, if that is known. */
  constructor(expected = 64) {
    this.#uids = new Uint32Array(expected);
    this.#numbers = new Uint16Array(expected);
  }

  get size(): number {
    return this.#count + this.#late.size;
  }

  get(uid: number): FlagSet | undefined {
    const at = this.#find(uid);
    return at === undefined ? this.#late.get(uid) : this.#sets[this.#numbers[at]!];
  }

  /** Fastest in ascending order. */
  set(uid: number, flags: FlagSet): void {
    if (this.#count === 0 || uid > this.#uids[this.#count - 1]!) {
      this.#append(uid, flags);
      return;
    }
    const at = this.#find(uid);
    // Before the columns are used, which a new number may replace.
    const number = this.#number(flags);
    if (at !== undefined) this.#numbers[at] = number;
    else {
      this.#late.set(uid, flags);
      if (this.#late.size > Math.max(fewLate, this.#count >>> 3)) this.#sortIn();
    }
  }

  /** Whether these are messages that follow one another, and all have these flags. */
  haveAll(first: number, last: number, flags: FlagSet): boolean {
    const number = this.#numberOf.get(flags);
    const at = this.#find(first);
    if (number === undefined || at === undefined) return false;
    const end = at + last - first;
    // Ascending, so there is no other UID between.
    if (end >= this.#count || this.#uids[end] !== last) return false;
    const numbers = this.#numbers;
    for (let i = at; i <= end; i++) if (numbers[i] !== number) return false;
    this.#at = end;
    return true;
  }

  /** Of messages that follow one another. Fastest in ascending order. */
  setAll(first: number, last: number, flags: FlagSet): void {
    if (this.#count > 0 && first <= this.#uids[this.#count - 1]!) {
      for (let uid = first; uid <= last; uid++) this.set(uid, flags);
      return;
    }
    const added = last - first + 1;
    this.#makeRoom(added);
    const number = this.#number(flags);
    this.#numbers.fill(number, this.#count, this.#count + added);
    const uids = this.#uids;
    for (let uid = first, at = this.#count; uid <= last; uid++, at++) uids[at] = uid;
    this.#count += added;
  }

  delete(uids: UidSet): void {
    this.#retain(uids, false);
  }

  /** Drops all others. */
  keep(uids: UidSet): void {
    this.#retain(uids, true);
  }

  get uids(): UidSet {
    this.#sortIn();
    const builder = new UidSetBuilder();
    for (let i = 0; i < this.#count; i++) builder.add(this.#uids[i]!);
    return builder.build();
  }

  /** Ascending by UID. Nothing may be set or deleted meanwhile. */
  *entries(): Generator<readonly [uid: number, flags: FlagSet], void, undefined> {
    this.#sortIn();
    for (let i = 0; i < this.#count; i++) yield [this.#uids[i]!, this.#sets[this.#numbers[i]!]!];
  }

  #append(uid: number, flags: FlagSet): void {
    this.#makeRoom(1);
    const number = this.#number(flags);
    this.#uids[this.#count] = uid;
    this.#numbers[this.#count++] = number;
  }

  #find(uid: number): number | undefined {
    const uids = this.#uids;
    const next = this.#at + 1;
    if (next < this.#count && uids[next] === uid) return (this.#at = next);
    let low = 0;
    let high = this.#count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const there = uids[middle]!;
      if (there === uid) return (this.#at = middle);
      if (there < uid) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  #number(flags: FlagSet): number {
    const known = this.#numberOf.get(flags);
    if (known !== undefined) return known;
    const number = this.#sets.push(flags) - 1;
    this.#numberOf.set(flags, number);
    if (number === fewSets) this.#numbers = Uint32Array.from(this.#numbers);
    return number;
  }

  #makeRoom(more: number): void {
    const least = this.#count + more;
    if (least <= this.#uids.length) return;
    const room = Math.max(least, 2 * this.#uids.length);
    const uids = new Uint32Array(room);
    uids.set(this.#uids);
    this.#uids = uids;
    const numbers = this.#numbers instanceof Uint16Array ? new Uint16Array(room) : new Uint32Array(room);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }

  /** Moves what was set out of order to its place, beginning at the end. */
  #sortIn(): void {
    if (this.#late.size === 0) return;
    const late = [...this.#late].sort(([a], [b]) => a - b).map(([uid, flags]) => [uid, this.#number(flags)] as const);
    this.#late.clear();
    this.#makeRoom(late.length);
    const [uids, numbers] = [this.#uids, this.#numbers];
    let from = this.#count - 1;
    let to = from + late.length;
    this.#count += late.length;
    for (const [uid, number] of late.reverse()) {
      for (; from >= 0 && uids[from]! > uid; from--, to--) {
        uids[to] = uids[from]!;
        numbers[to] = numbers[from]!;
      }
      uids[to] = uid;
      numbers[to--] = number;
    }
  }

  #retain({ ranges }: UidSet, areWanted: boolean): void {
    this.#sortIn();
    const [uids, numbers] = [this.#uids, this.#numbers];
    let kept = 0;
    let next = 0;
    for (let i = 0; i < this.#count; i++) {
      const uid = uids[i]!;
      while (next < ranges.length && ranges[next]![1] < uid) next++;
      const isAmongThem = next < ranges.length && ranges[next]![0] <= uid;
      if (isAmongThem !== areWanted) continue;
      uids[kept] = uid;
      numbers[kept++] = numbers[i]!;
    }
    this.#count = kept;
    this.#at = 0;
  }
}
