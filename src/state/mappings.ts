// Which message of one server is the copy of which one of the other: the rows of the table `mapping`, by mailbox. It is the
// only large table, and each query walks an index that holds all it needs.

import type { PerSide, Side } from "../model/side.ts";
import { countUids, emptyUidSet, isEmpty, type UidSet } from "../model/uid-set.ts";
import type { Prints } from "./fingerprints.ts";
import { checkedPairs, checkedSet, checkedUid, uidColumn } from "./mapping-rows.ts";
import { sampleRanks } from "./sample-ranks.ts";
import type { Connection } from "./sqlite.ts";

interface NewPair extends PerSide<number> {
  readonly prints?: Prints;
}

interface SampleWanted {
  readonly below: number;
  readonly count: number;
  readonly limit: number;
}

/** Up to this many rows are read as fast as each rank is looked for. */
const fewRows = 256;

export class Mappings {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** All or none: one statement for all of them takes two thirds of the time that one each does. */
  add(idx: number, pairs: readonly NewPair[]): void {
    const rows = pairs.map(({ local, remote, prints }) => [local, remote, prints?.local, prints?.remote]);
    this.#connection.run(
      `INSERT INTO mapping (idx, lUID, rUID, lprint, rprint)
       SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)`,
      ...[idx, JSON.stringify(rows)],
    );
  }

  /** All or none; UIDs without a row are passed over. */
  remove(idx: number, localUids: readonly number[]): void {
    this.#connection.run(
      "DELETE FROM mapping WHERE idx = ? AND lUID IN (SELECT value FROM json_each(?))",
      ...[idx, JSON.stringify(localUids)],
    );
  }

  /** All mapping rows in slices, ascending by local UID. Other statements may run between one slice and the next. */
  *all(idx: number, sliceSize: number): Generator<PerSide<number>[], void, undefined> {
    const sql = "SELECT lUID AS local, rUID AS remote FROM mapping WHERE idx = ? AND lUID > ? ORDER BY lUID LIMIT ?";
    let last = Number.MIN_SAFE_INTEGER;
    for (;;) {
      const rows = this.#connection.rows<PerSide<number>>(sql, idx, last, sliceSize);
      const slice = checkedPairs(this.#connection, rows);
      if (slice.length > 0) yield slice;
      if (slice.length < sliceSize) return;
      last = slice.at(-1)!.local;
    }
  }

  /** Mapping rows whose UID on `side` is in the set, ascending by that UID. */
  pairsOf(idx: number, side: Side, uids: UidSet): PerSide<number>[] {
    if (isEmpty(uids)) return [];
    // CROSS JOIN keeps the ranges as the outer loop, so the rows come in order; ORDER BY would sort them once more.
    const pairs = this.#connection.rows<PerSide<number>>(
      `SELECT lUID AS local, rUID AS remote ${amongRanges(side)}`,
      ...[JSON.stringify(uids.ranges), idx],
    );
    return checkedPairs(this.#connection, pairs);
  }

  /** UIDs ≥ `from` on `side` that have a mapping row. */
  uids(idx: number, side: Side, from = 1): UidSet {
    const uid = uidColumn[side];
    const sql = `SELECT ${uid} FROM mapping WHERE idx = ? AND ${uid} >= ? ORDER BY ${uid}`;
    return checkedSet(this.#connection, uid, this.#connection.values<number>(sql, idx, from));
  }

  /** Those of the UIDs on `side` that have a mapping row; there may be far more of them than rows. */
  among(idx: number, side: Side, uids: UidSet): UidSet {
    if (isEmpty(uids)) return emptyUidSet;
    const uid = uidColumn[side];
    const these = amongRanges(side);
    const values = [JSON.stringify(uids.ranges), idx];
    // Mostly all do, and to count them takes a third of the time.
    if (this.#connection.value<number>(`SELECT count(*) ${these}`, ...values) === countUids(uids)) return uids;
    return checkedSet(this.#connection, uid, this.#connection.values<number>(`SELECT ${uid} ${these}`, ...values));
  }

  /** How many messages of all mailboxes are mapped. */
  countAll(): number {
    return this.#connection.value<number>("SELECT count(*) FROM mapping")!;
  }

  /** How many mapping rows a mailbox has. */
  count(idx: number): number {
    return this.#connection.value<number>("SELECT count(*) FROM mapping WHERE idx = ?", idx)!;
  }

  /**
   * Sequence match data for QRESYNC (RFC 7162 3.2.5.2): of the n mapped UIDs < `below`, those of rank n/2, 3n/4, 7n/8
   * and so on, and n, ascending, at most `limit`. Ranks count from 1: sequence numbers, if every message is mapped.
   * `count` is n, which takes a while to count.
   */
  sequenceSample(idx: number, side: Side, { below, count, limit }: SampleWanted): [sequence: number, uid: number][] {
    const uid = uidColumn[side];
    if (count <= fewRows) {
      const all = `SELECT ${uid} FROM mapping WHERE idx = ? AND ${uid} < ? ORDER BY ${uid}`;
      const uids = this.#connection.values<number>(all, idx, below);
      return sampleRanks(count, limit).map((rank) => [rank, checkedUid(this.#connection, uid, uids[rank - 1])]);
    }
    const sql = `SELECT ${uid} FROM mapping WHERE idx = ? AND ${uid} < ? ORDER BY ${uid} DESC LIMIT 1 OFFSET ?`;
    const sample: [number, number][] = [];
    // From the end, each step from where the last one ended: half of the rows are walked, once.
    let [lastRank, lastUid] = [count + 1, below];
    for (const rank of sampleRanks(count, limit).reverse()) {
      const value = this.#connection.value<number>(sql, idx, lastUid, lastRank - rank - 1);
      lastUid = checkedUid(this.#connection, uid, value);
      lastRank = rank;
      sample.push([rank, lastUid]);
    }
    return sample.reverse();
  }
}

/** All ranges in one statement: one each costs four times as much when there are many. */
function amongRanges(side: Side): string {
  return `FROM json_each(?) AS range CROSS JOIN mapping
    WHERE idx = ? AND ${uidColumn[side]} BETWEEN range.value ->> 0 AND range.value ->> 1`;
}
