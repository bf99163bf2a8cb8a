// Which message of one server is the copy of which one of the other: the rows of the table `mapping`, by mailbox.

import type { PerSide, Side } from "../model/side.ts";
import type { UidSet } from "../model/uid-set.ts";
import {
  addMappings,
  allPairs,
  countMappings,
  mappedAmong,
  mappedUids,
  newestPairs,
  type NewestWanted,
  type NewPair,
  pairsOf,
  type PrintedPair,
  type Prints,
  printsBetween,
  removeMappings,
  type SampleWanted,
  sequenceSample,
  setPrints,
} from "./mapping.ts";
import type { Connection } from "./sqlite.ts";

export class Mappings {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** All or none. */
  add(idx: number, pairs: readonly NewPair[]): void {
    addMappings(this.#connection, idx, pairs);
  }

  /**
   * As many rows as wanted with the highest local UIDs, and those with the highest remote ones unless the highest of all is among
   * them; ascending by local UID, with what their messages look like.
   */
  newest(idx: number, wanted: NewestWanted): PrintedPair[] {
    return newestPairs(this.#connection, idx, wanted);
  }

  /** By local UID, what the messages of these rows look like; the pairs are in ascending order. */
  printsOf(idx: number, pairs: readonly PerSide<number>[]): ReadonlyMap<number, Prints> {
    const [first, last] = [pairs[0], pairs.at(-1)];
    if (first === undefined || last === undefined) return new Map();
    return printsBetween(this.#connection, idx, [first.local, last.local]);
  }

  /** Of rows that exist. All or none. */
  setPrints(idx: number, pairs: readonly PrintedPair[]): void {
    if (pairs.length > 0) setPrints(this.#connection, idx, pairs);
  }

  /** All or none; UIDs without a row are passed over. */
  remove(idx: number, localUids: readonly number[]): void {
    removeMappings(this.#connection, idx, localUids);
  }

  /** All mapping rows in slices, ascending by local UID. */
  all(idx: number, sliceSize: number): Generator<PerSide<number>[], void, undefined> {
    return allPairs(this.#connection, idx, sliceSize);
  }

  /** Mapping rows whose UID on `side` is in the set, ascending by that UID. */
  pairsOf(idx: number, side: Side, uids: UidSet): PerSide<number>[] {
    return pairsOf(this.#connection, { idx, side }, uids);
  }

  /** UIDs ≥ `from` on `side` that have a mapping row. */
  uids(idx: number, side: Side, from = 1): UidSet {
    return mappedUids(this.#connection, { idx, side }, from);
  }

  /** Those of the UIDs on `side` that have a mapping row. */
  among(idx: number, side: Side, uids: UidSet): UidSet {
    return mappedAmong(this.#connection, { idx, side }, uids);
  }

  /** How many messages of all mailboxes are mapped. */
  countAll(): number {
    return this.#connection.value<number>("SELECT count(*) FROM mapping")!;
  }

  /** How many mapping rows a mailbox has. */
  count(idx: number): number {
    return countMappings(this.#connection, idx);
  }

  /**
   * Sequence match data for QRESYNC (RFC 7162 3.2.5.2): of the n mapped UIDs < `below`, those of rank n/2, 3n/4, 7n/8
   * and so on, and n, ascending, at most `limit`. Ranks count from 1: sequence numbers, if every message is mapped.
   * `count` is n, which takes a while to count.
   */
  sequenceSample(idx: number, side: Side, wanted: SampleWanted): [sequence: number, uid: number][] {
    return sequenceSample(this.#connection, { idx, side }, wanted);
  }
}
