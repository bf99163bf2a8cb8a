// Queries on the mapping table, the only large one. Each walks an index that holds all it needs.

import type { InterimapError } from "../model/errors.ts";
import { type PerSide, type Side, sides } from "../model/side.ts";
import { countUids, emptyUidSet, isEmpty, maxUid, type UidSet, UidSetBuilder } from "../model/uid-set.ts";
import { impossibleRow, isUid } from "./read-values.ts";
import type { Connection } from "./sqlite.ts";

/** One side of one mailbox. */
export interface MailboxSide {
  readonly idx: number;
  readonly side: Side;
}

const uidOf: PerSide<string> = { local: "lUID", remote: "rUID" };

/** See {@link Store.allPairs}. Other statements may run between one slice and the next. */
export function* allPairs(
  connection: Connection,
  idx: number,
  sliceSize: number,
): Generator<PerSide<number>[], void, undefined> {
  const sql = "SELECT lUID AS local, rUID AS remote FROM mapping WHERE idx = ? AND lUID > ? ORDER BY lUID LIMIT ?";
  let last = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const slice = checked(connection, connection.rows<PerSide<number>>(sql, idx, last, sliceSize));
    if (slice.length > 0) yield slice;
    if (slice.length < sliceSize) return;
    last = slice.at(-1)!.local;
  }
}

/** Mapping rows whose UID on `side` is in the set, ascending by that UID. */
export function pairsOf(connection: Connection, { idx, side }: MailboxSide, uids: UidSet): PerSide<number>[] {
  if (isEmpty(uids)) return [];
  const uid = uidOf[side];
  // All ranges in one statement: one each costs four times as much when there are many. CROSS JOIN keeps the ranges
  // as the outer loop, so the rows come in order; ORDER BY would sort them once more.
  const pairs = connection.rows<PerSide<number>>(
    `SELECT lUID AS local, rUID AS remote FROM json_each(?) AS range CROSS JOIN mapping
     WHERE idx = ? AND ${uid} BETWEEN range.value ->> 0 AND range.value ->> 1`,
    JSON.stringify(uids.ranges),
    idx,
  );
  return checked(connection, pairs);
}

/** UIDs ≥ `from` on `side` that have a mapping row. */
export function mappedUids(connection: Connection, { idx, side }: MailboxSide, from: number): UidSet {
  const uid = uidOf[side];
  const sql = `SELECT ${uid} FROM mapping WHERE idx = ? AND ${uid} >= ? ORDER BY ${uid}`;
  return checkedSet(connection, uid, connection.values<number>(sql, idx, from));
}

/** Those of the UIDs on `side` that have a mapping row; there may be far more of them than rows. */
export function mappedAmong(connection: Connection, { idx, side }: MailboxSide, uids: UidSet): UidSet {
  if (isEmpty(uids)) return emptyUidSet;
  const uid = uidOf[side];
  const these = `FROM json_each(?) AS range CROSS JOIN mapping
     WHERE idx = ? AND ${uid} BETWEEN range.value ->> 0 AND range.value ->> 1`;
  const values = [JSON.stringify(uids.ranges), idx];
  // Mostly all do, and to count them takes a third of the time.
  if (connection.value<number>(`SELECT count(*) ${these}`, ...values) === countUids(uids)) return uids;
  return checkedSet(connection, uid, connection.values<number>(`SELECT ${uid} ${these}`, ...values));
}

/** What the messages of a row look like; undefined: not known. See {@link fingerprint}. */
export type Prints = PerSide<number | undefined>;

export interface NewPair extends PerSide<number> {
  readonly prints?: Prints;
}

/** All or none: one statement for all of them takes two thirds of the time that one each does. */
export function addMappings(connection: Connection, idx: number, pairs: readonly NewPair[]): void {
  connection.run(
    `INSERT INTO mapping (idx, lUID, rUID, lprint, rprint)
     SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)`,
    ...[idx, JSON.stringify(pairs.map(({ local, remote, prints }) => [local, remote, prints?.local, prints?.remote]))],
  );
}

export interface PrintedPair extends PerSide<number> {
  readonly prints: Prints;
}

interface PrintedRow extends PerSide<number> {
  readonly lprint: unknown;
  readonly rprint: unknown;
}

/** A fingerprint that cannot be is none. */
function printed({ local, remote, lprint, rprint }: PrintedRow): PrintedPair {
  const [here, there] = [lprint, rprint].map((print) => (typeof print === "number" ? print : undefined));
  return { local, remote, prints: { local: here, remote: there } };
}

const printedColumns = "lUID AS local, rUID AS remote, lprint, rprint";

export interface NewestWanted {
  /** Of each side. */
  readonly limit: number;
  /** All rows unless told. */
  readonly below?: PerSide<number>;
}

const beyondAll: PerSide<number> = { local: maxUid + 1, remote: maxUid + 1 };

/** See {@link Store.newestPairs}. */
export function newestPairs(
  connection: Connection,
  idx: number,
  { limit, below = beyondAll }: NewestWanted,
): PrintedPair[] {
  const newest = (side: Side): PrintedRow[] => {
    const uid = uidOf[side];
    const sql = `SELECT ${printedColumns} FROM mapping WHERE idx = ? AND ${uid} < ? ORDER BY ${uid} DESC LIMIT ?`;
    return connection.rows<PrintedRow>(sql, idx, below[side], limit);
  };
  // Mostly the order of both sides is the same, and one index tells.
  const rows = new Map(newest("local").map((row) => [row.local, row]));
  const last = connection.value<number | null>(
    "SELECT max(rUID) FROM mapping WHERE idx = ? AND rUID < ?",
    ...[idx, below.remote],
  );
  if (last !== null && ![...rows.values()].some(({ remote }) => remote === last))
    for (const row of newest("remote")) rows.set(row.local, row);
  const pairs = [...rows.values()].sort((a, b) => a.local - b.local);
  checked(connection, pairs);
  return pairs.map(printed);
}

/** By local UID, those of rows between the two. */
export function printsBetween(
  connection: Connection,
  idx: number,
  [first, last]: readonly [first: number, last: number],
): ReadonlyMap<number, Prints> {
  const sql = `SELECT ${printedColumns} FROM mapping WHERE idx = ? AND lUID BETWEEN ? AND ?`;
  const rows = connection.rows<PrintedRow>(sql, idx, first, last).map(printed);
  return new Map(rows.map(({ local, prints }) => [local, prints]));
}

export function setPrints(connection: Connection, idx: number, pairs: readonly PrintedPair[]): void {
  connection.run(
    `UPDATE mapping SET lprint = given.value ->> 1, rprint = given.value ->> 2
     FROM json_each(?) AS given WHERE idx = ? AND lUID = given.value ->> 0`,
    ...[JSON.stringify(pairs.map(({ local, prints }) => [local, prints.local, prints.remote])), idx],
  );
}

/** All or none; UIDs without a row are passed over. */
export function removeMappings(connection: Connection, idx: number, localUids: readonly number[]): void {
  connection.run(
    "DELETE FROM mapping WHERE idx = ? AND lUID IN (SELECT value FROM json_each(?))",
    ...[idx, JSON.stringify(localUids)],
  );
}

export function countMappings(connection: Connection, idx: number): number {
  return connection.value<number>("SELECT count(*) FROM mapping WHERE idx = ?", idx)!;
}

export interface SampleWanted {
  readonly below: number;
  readonly count: number;
  readonly limit: number;
}

/** Up to this many rows are read as fast as each rank is looked for. */
const fewRows = 256;

/** See {@link Store.sequenceSample}. */
export function sequenceSample(
  connection: Connection,
  { idx, side }: MailboxSide,
  { below, count, limit }: SampleWanted,
): [sequence: number, uid: number][] {
  const uid = uidOf[side];
  if (count <= fewRows) {
    const all = `SELECT ${uid} FROM mapping WHERE idx = ? AND ${uid} < ? ORDER BY ${uid}`;
    const uids = connection.values<number>(all, idx, below);
    return sampleRanks(count, limit).map((rank) => [rank, checkedUid(connection, uid, uids[rank - 1])]);
  }
  const sql = `SELECT ${uid} FROM mapping WHERE idx = ? AND ${uid} < ? ORDER BY ${uid} DESC LIMIT 1 OFFSET ?`;
  const sample: [number, number][] = [];
  // from the end, each step from where the last one ended: half of the rows are walked, once
  let [lastRank, lastUid] = [count + 1, below];
  for (const rank of sampleRanks(count, limit).reverse()) {
    lastUid = checkedUid(connection, uid, connection.value<number>(sql, idx, lastUid, lastRank - rank - 1));
    lastRank = rank;
    sample.push([rank, lastUid]);
  }
  return sample.reverse();
}

function checkedSet(connection: Connection, column: string, uids: readonly number[]): UidSet {
  const set = new UidSetBuilder();
  for (const uid of uids) set.add(checkedUid(connection, column, uid));
  return set.build();
}

function checkedUid(connection: Connection, column: string, uid: unknown): number {
  if (!isUid(uid)) throw impossibleUid(connection, column, uid);
  return uid;
}

/** A pair of which either UID cannot be stands for nothing, least of all for a message to delete. */
function checked(connection: Connection, pairs: PerSide<number>[]): PerSide<number>[] {
  for (const pair of pairs) {
    if (isUid(pair.local) && isUid(pair.remote)) continue;
    const side = sides.find((side) => !isUid(pair[side]))!;
    throw impossibleUid(connection, uidOf[side], pair[side]);
  }
  return pairs;
}

function impossibleUid({ path }: Connection, column: string, value: unknown): InterimapError {
  return impossibleRow(path, { table: "mapping", column }, value);
}

/** Ascending: n/2, 3n/4, 7n/8, … and n. When they are too many, those next to n are left out. */
function sampleRanks(count: number, limit: number): number[] {
  if (count === 0 || limit < 1) return [];
  const ranks: number[] = [];
  for (let distance = count >>> 1; distance > 0 && ranks.length < limit - 1; distance >>>= 1) {
    ranks.push(count - distance);
  }
  return [...ranks, count];
}
