// Which message of one mailbox is which message of another, by their UIDs. There may be a million; copies mostly have UIDs that
// follow one another, as those of their messages do, so pairs are kept as runs.

import { maxUid, type UidSet, UidSetBuilder } from "./uid-set.ts";

/** `count` pairs: both UIDs of each are one more than those of the pair before. */
export interface UidPairRun {
  readonly first1: number;
  readonly first2: number;
  readonly count: number;
}

export type UidPair = readonly [uid1: number, uid2: number];

/** Three numbers for each run, ascending by the first. */
const width = 3;

export class UidPairs implements Iterable<UidPair> {
  readonly #runs: Uint32Array;
  readonly size: number;
  #uids1: UidSet | undefined;
  #uids2: UidSet | undefined;

  /** `runs`: ascending by their UIDs in the first mailbox, and none of these twice. */
  constructor(runs: Iterable<UidPairRun> = []) {
    const packed = new PackedRuns();
    for (const run of runs) packed.add(run);
    this.#runs = packed.trimmed();
    this.size = packed.pairs;
  }

  get(uid1: number): number | undefined {
    const i = lastAtMost(this.#count, uid1, (n) => this.#at(n).first1);
    if (i < 0) return undefined;
    const { first1, first2, count } = this.#at(i);
    return uid1 - first1 < count ? first2 + (uid1 - first1) : undefined;
  }

  /** All UIDs in the first mailbox. */
  get uids1(): UidSet {
    return (this.#uids1 ??= this.#uids(({ first1 }) => first1));
  }

  /** All UIDs in the second mailbox; of several messages a server may make one. */
  get uids2(): UidSet {
    return (this.#uids2 ??= this.#uids(({ first2 }) => first2));
  }

  *runs(): Iterable<UidPairRun> {
    for (let i = 0; i < this.#count; i++) yield this.#at(i);
  }

  *[Symbol.iterator](): Iterator<UidPair> {
    for (const { first1, first2, count } of this.runs()) for (let i = 0; i < count; i++) yield [first1 + i, first2 + i];
  }

  /** From the second mailbox to the first. Of several messages that are one there, the one with the lowest UID. */
  reversed(): UidPairs {
    const runs = Array.from(this.runs(), ({ first1, first2, count }) => ({ first1: first2, first2: first1, count }));
    runs.sort((a, b) => a.first1 - b.first1);
    const isRepeated = runs.some(({ first1 }, i) => i > 0 && first1 < runs[i - 1]!.first1 + runs[i - 1]!.count);
    if (!isRepeated) return new UidPairs(runs);
    const pairs = Array.from(this, ([uid1, uid2]): UidPair => [uid2, uid1]);
    return new UidPairs(runsOfPairs(pairs.reverse()));
  }

  get #count(): number {
    return this.#runs.length / width;
  }

  #at(i: number): UidPairRun {
    const at = i * width;
    return { first1: this.#runs[at]!, first2: this.#runs[at + 1]!, count: this.#runs[at + 2]! };
  }

  #uids(firstOf: (run: UidPairRun) => number): UidSet {
    const uids = new UidSetBuilder();
    for (const run of this.runs()) uids.addRange(firstOf(run), firstOf(run) + run.count - 1);
    return uids.build();
  }
}

/** Of pairs in any order. For a UID that has several, the last one counts. */
export function runsOfPairs(pairs: Iterable<UidPair>): UidPairRun[] {
  const unique = [...new Map(pairs)].sort(([a], [b]) => a - b);
  const runs: { first1: number; first2: number; count: number }[] = [];
  for (const [first1, first2] of unique) {
    const last = runs.at(-1);
    if (last !== undefined && continues(last, { first1, first2 })) last.count++;
    else runs.push({ first1, first2, count: 1 });
  }
  return runs;
}

export function isPossibleRun({ first1, first2, count }: UidPairRun): boolean {
  return first1 >= 1 && first2 >= 1 && count >= 1 && first1 + count - 1 <= maxUid && first2 + count - 1 <= maxUid;
}

function continues(run: UidPairRun, { first1, first2 }: Pick<UidPairRun, "first1" | "first2">): boolean {
  return first1 === run.first1 + run.count && first2 === run.first2 + run.count;
}

class PackedRuns {
  #runs = new Uint32Array(width * 64);
  #length = 0;
  pairs = 0;

  add({ first1, first2, count }: UidPairRun): void {
    this.pairs += count;
    const at = this.#length;
    if (at > 0) {
      const [before1, before2, before] = this.#runs.subarray(at - width, at) as unknown as [number, number, number];
      if (continues({ first1: before1, first2: before2, count: before }, { first1, first2 })) {
        this.#runs[at - 1] = before + count;
        return;
      }
    }
    if (at === this.#runs.length) this.#grow();
    this.#runs.set([first1, first2, count], at);
    this.#length += width;
  }

  trimmed(): Uint32Array {
    return this.#runs.slice(0, this.#length);
  }

  #grow(): void {
    const larger = new Uint32Array(this.#runs.length * 2);
    larger.set(this.#runs);
    this.#runs = larger;
  }
}

/** The number of the last of `count` that is not above `value`; -1: all are. */
function lastAtMost(count: number, value: number, valueOf: (i: number) => number): number {
  let [from, to] = [0, count];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (valueOf(middle) <= value) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}
