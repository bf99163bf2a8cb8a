// The memory of the guard against mass deletions: how many messages mailboxes had before deletions began, and which were deleted
// as a whole.

import { type PerSide, perSide, type Side } from "../model/side.ts";
import { maxUid } from "../model/uid-set.ts";
import { side as sideRule, whole } from "./row-rules.ts";
import type { SparseTables } from "./sparse-tables.ts";
import type { Connection } from "./sqlite.ts";
import { secondsOf } from "./times.ts";

const hourMs = 60 * 60_000;
const windowHours = 24;
/** No clock is a hundred years ahead: what says so was not written by one. */
const mostAheadHours = 100 * 366 * 24;
/** For this long a mailbox that was emptied with permission may be emptied again. */
const habitMs = 30 * 24 * hourMs;

export interface DeletedMailbox {
  readonly idx: number;
  /** From which it was gone. */
  readonly side: Side;
  /** How many the other server had in it. */
  readonly messages: number;
}

export interface LostMailboxes {
  readonly mailboxes: number;
  readonly messages: number;
}

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
    const hour = currentHour();
    this.#connection.transaction(() => {
      this.#bringBack(hour);
      this.#connection.run("DELETE FROM stocks WHERE hour <= ?", hour - windowHours);
      this.#connection.run("INSERT OR IGNORE INTO stocks (idx, hour, known) VALUES (?, ?, ?)", idx, hour, known);
    });
  }

  /** By idx: how many messages each mailbox had before the first deletion of the last 24 hours. */
  earlierStocks(): ReadonlyMap<number, number> {
    // SQLite takes the other columns from the row that has the minimum.
    const sql = "SELECT idx, known, min(hour) FROM stocks WHERE hour > ? AND hour <= ? GROUP BY idx";
    const hour = currentHour();
    this.#bringBack(hour);
    const rows = this.#connection.rows<{ idx: number; known: number }>(sql, hour - windowHours, hour);
    return new Map(rows.map(({ idx, known }) => [idx, known]));
  }

  /** This number was moved to another mailbox, as if they had never been here. */
  noteMoved(idx: number, count: number): void {
    this.#connection.run("UPDATE stocks SET known = max(0, known - ?) WHERE idx = ?", count, idx);
  }

  forgetStock(idx: number): void {
    this.#connection.run("DELETE FROM stocks WHERE idx = ?", idx);
  }

  /** The mailbox is losing nearly everything, and may. */
  noteEmptied(idx: number): void {
    this.#sparse.note("emptied", idx);
    this.#connection.run(
      "INSERT INTO emptied (idx, at) VALUES (?, ?) ON CONFLICT (idx) DO UPDATE SET at = excluded.at",
      idx,
      secondsOf(new Date()),
    );
  }

  /** Whether that happened within the last month. A time to come is none of ours, and no permission. */
  wasEmptied(idx: number): boolean {
    const now = Date.now();
    const [from, to] = [Math.floor((now - habitMs) / 1000), Math.floor(now / 1000)];
    const sql = "SELECT 1 FROM emptied WHERE idx = ? AND at > ? AND at <= ?";
    return this.#connection.value(sql, idx, from, to) !== undefined;
  }

  /** These are about to be deleted. They count once the database knows them no more. */
  noteDeletions(mailboxes: readonly DeletedMailbox[]): void {
    const hour = currentHour();
    this.#connection.transaction(() => {
      const stocks = this.earlierStocks();
      this.#connection.run("DELETE FROM deleted_mailboxes WHERE hour <= ?", hour - windowHours);
      for (const { idx, side, messages } of mailboxes)
        this.#connection.run(
          "INSERT OR REPLACE INTO deleted_mailboxes (idx, side, hour, messages) VALUES (?, ?, ?, ?)",
          ...[idx, side, hour, Math.max(messages, stocks.get(idx) ?? 0)],
        );
    });
  }

  /** What was deleted as a whole within the last 24 hours, by the side from which it was gone. */
  deletedMailboxes(): PerSide<LostMailboxes> {
    const hour = currentHour();
    this.#bringBack(hour);
    const rows = this.#connection.rows<LostMailboxes & { readonly side: Side }>(
      `SELECT side, count(*) AS mailboxes, sum(messages) AS messages FROM deleted_mailboxes
       WHERE hour > ? AND hour <= ? AND idx NOT IN (SELECT idx FROM mailboxes)
         AND ${sideRule()} AND ${whole("messages", 0, maxUid)}
       GROUP BY side`,
      ...[hour - windowHours, hour],
    );
    return perSide((side) => {
      const { mailboxes = 0, messages = 0 } = rows.find((row) => row.side === side) ?? {};
      return { mailboxes, messages };
    });
  }

  /** Whoever allows more has seen these. */
  forgetDeletions(): void {
    this.#connection.run("DELETE FROM deleted_mailboxes");
  }

  /** One that comes back was not deleted. */
  forgetDeletion(idx: number): void {
    this.#connection.run("DELETE FROM deleted_mailboxes WHERE idx = ?", idx);
  }

  /** Hours that are to come were noted by a clock that was wrong. Their deletions may be recent ones, and count from now on. */
  #bringBack(hour: number): void {
    const isAhead = "hour > ? AND hour <= ?";
    const ahead = [hour, hour + mostAheadHours] as const;
    if (this.#connection.value(`SELECT 1 FROM deleted_mailboxes WHERE ${isAhead} LIMIT 1`, ...ahead) !== undefined)
      this.#connection.run(`UPDATE deleted_mailboxes SET hour = ? WHERE ${isAhead}`, hour, ...ahead);
    if (this.#connection.value("SELECT 1 FROM stocks WHERE hour > ? LIMIT 1", hour) === undefined) return;
    this.#connection.transaction(() => {
      this.#connection.run(
        `INSERT INTO stocks (idx, hour, known)
           SELECT idx, ?, max(known) FROM stocks WHERE hour > ? AND hour <= ? GROUP BY idx
         ON CONFLICT (idx, hour) DO UPDATE SET known = max(known, excluded.known)`,
        ...[hour, hour, hour + mostAheadHours],
      );
      this.#connection.run("DELETE FROM stocks WHERE hour > ?", hour);
    });
  }
}

function currentHour(): number {
  return Math.floor(Date.now() / hourMs);
}
