// What the guard against mass deletions remembers: how many messages mailboxes had before deletions began.

import type { SparseTables } from "./sparse-tables.ts";
import type { Connection } from "./sqlite.ts";
import { secondsOf } from "./times.ts";

const hourMs = 60 * 60_000;
const windowHours = 24;
/** No clock is a hundred years ahead: what says so was not written by one. */
const mostAheadHours = 100 * 366 * 24;
/** For this long a mailbox that was emptied with permission may be emptied again. */
const habitMs = 30 * 24 * hourMs;

export class Losses {
  readonly #connection: Connection;
  readonly #sparse: SparseTables;

  constructor(connection: Connection, sparse: SparseTables) {
    this.#connection = connection;
    this.#sparse = sparse;
  }

  /** Messages are about to be deleted; `known`: how many the mailbox has on both sides. */
  noteStock(idx: number, known: number): void {
    this.#sparse.note("stocks", idx);
    this.#connection.transaction(() => {
      noteStock(this.#connection, idx, known);
    });
  }

  /** By idx: how many messages each mailbox had before the first deletion of the last 24 hours. */
  earlierStocks(): ReadonlyMap<number, number> {
    return earlierStocks(this.#connection);
  }

  forgetStock(idx: number): void {
    forgetStock(this.#connection, idx);
  }

  /** The mailbox is losing nearly everything, and may. */
  noteEmptied(idx: number): void {
    this.#sparse.note("emptied", idx);
    noteEmptied(this.#connection, idx);
  }

  /** Whether that happened within the last month. */
  wasEmptied(idx: number): boolean {
    return wasEmptied(this.#connection, idx);
  }
}

/** Messages are about to be deleted; `known`: how many there are. */
function noteStock(connection: Connection, idx: number, known: number): void {
  const hour = currentHour();
  bringBack(connection, hour);
  connection.run("DELETE FROM stocks WHERE hour <= ?", hour - windowHours);
  connection.run("INSERT OR IGNORE INTO stocks (idx, hour, known) VALUES (?, ?, ?)", idx, hour, known);
}

/** By idx: how many messages each mailbox had before the first deletion of the last 24 hours. */
function earlierStocks(connection: Connection): ReadonlyMap<number, number> {
  // SQLite takes the other columns from the row that has the minimum.
  const sql = "SELECT idx, known, min(hour) FROM stocks WHERE hour > ? AND hour <= ? GROUP BY idx";
  const hour = currentHour();
  bringBack(connection, hour);
  const rows = connection.rows<{ idx: number; known: number }>(sql, hour - windowHours, hour);
  return new Map(rows.map(({ idx, known }) => [idx, known]));
}

/** Hours that are to come were noted by a clock that was wrong. Their deletions may be recent ones, and count from now on. */
function bringBack(connection: Connection, hour: number): void {
  if (connection.value("SELECT 1 FROM stocks WHERE hour > ? LIMIT 1", hour) === undefined) return;
  connection.transaction(() => {
    connection.run(
      `INSERT INTO stocks (idx, hour, known)
         SELECT idx, ?, max(known) FROM stocks WHERE hour > ? AND hour <= ? GROUP BY idx
       ON CONFLICT (idx, hour) DO UPDATE SET known = max(known, excluded.known)`,
      ...[hour, hour, hour + mostAheadHours],
    );
    connection.run("DELETE FROM stocks WHERE hour > ?", hour);
  });
}

function forgetStock(connection: Connection, idx: number): void {
  connection.run("DELETE FROM stocks WHERE idx = ?", idx);
}

function noteEmptied(connection: Connection, idx: number): void {
  const at = secondsOf(new Date());
  connection.run(
    "INSERT INTO emptied (idx, at) VALUES (?, ?) ON CONFLICT (idx) DO UPDATE SET at = excluded.at",
    idx,
    at,
  );
}

/** Within the last month, with permission. A time to come is none of ours, and no permission. */
function wasEmptied(connection: Connection, idx: number): boolean {
  const now = Date.now();
  const [from, to] = [Math.floor((now - habitMs) / 1000), Math.floor(now / 1000)];
  return connection.value("SELECT 1 FROM emptied WHERE idx = ? AND at > ? AND at <= ?", idx, from, to) !== undefined;
}

function currentHour(): number {
  return Math.floor(Date.now() / hourMs);
}
