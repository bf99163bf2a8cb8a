// Which message has which number. Numbers are ranks: whoever knows the first messages of a mailbox knows their numbers, until
// one is removed and all behind it move up (RFC 3501 2.3.1.2, 7.4.1).

import { countUids, type UidSet, uidsOf } from "../../model/uid-set.ts";

export class SequenceNumbers {
  readonly #known: UidSet;
  readonly #count: number;
  #removed = 0;
  /** Made when a number is asked for first: most mailboxes are left before that. */
  #ranks: Ranks | undefined;

  /** All messages up to the last of these, in this mailbox at this moment. */
  constructor(known: UidSet) {
    this.#known = known;
    this.#count = countUids(known);
  }

  /** Undefined beyond those that are known. */
  uidAt(number: number): number | undefined {
    return number > this.#count - this.#removed ? undefined : this.#ranksNow.uidAt(number);
  }

  /** The message is gone, and those behind it have the number before theirs. Returns its UID; undefined beyond those that are known. */
  remove(number: number): number | undefined {
    const uid = this.uidAt(number);
    if (uid === undefined) return undefined;
    this.#ranksNow.remove(number);
    this.#removed++;
    return uid;
  }

  get #ranksNow(): Ranks {
    return (this.#ranks ??= new Ranks(this.#known, this.#count));
  }
}

/** A Fenwick tree of what is left: to find and to remove one of a million takes twenty steps. */
class Ranks {
  readonly #uids: Uint32Array;
  /** At i (from 1): how many are left of the messages that i stands for. */
  readonly #left: Uint32Array;
  readonly #highestBit: number;

  constructor(known: UidSet, count: number) {
    this.#uids = new Uint32Array(count);
    let at = 0;
    for (const uid of uidsOf(known)) this.#uids[at++] = uid;
    this.#left = new Uint32Array(count + 1);
    for (let i = 1; i <= count; i++) this.#left[i] = i & -i;
    this.#highestBit = count === 0 ? 0 : 2 ** Math.floor(Math.log2(count));
  }

  uidAt(number: number): number {
    return this.#uids[this.#indexOf(number) - 1]!;
  }

  remove(number: number): void {
    for (let i = this.#indexOf(number); i < this.#left.length; i += i & -i) this.#left[i]!--;
  }

  #indexOf(number: number): number {
    let [index, before] = [0, number];
    for (let step = this.#highestBit; step > 0; step >>= 1) {
      const next = index + step;
      const left = this.#left[next];
      if (left === undefined || left >= before) continue;
      index = next;
      before -= left;
    }
    return index + 1;
  }
}
