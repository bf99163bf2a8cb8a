// Messages on their way from one server to the other, for a run that is cut short: copies that may exist without a row,
// APPENDs that were never confirmed, and messages in whose transfer a connection died.

import type { PerSide, Side } from "../model/side.ts";
import { emptyUidSet, type UidSet, uidSetOf } from "../model/uid-set.ts";
import { isImpossible } from "./row-rules.ts";
import type { SparseTables } from "./sparse-tables.ts";
import type { Connection } from "./sqlite.ts";
import { forgetExpired, noteConfirmed, noteSent, renewUnconfirmed, unconfirmed } from "./unconfirmed.ts";

/** Of a mailbox into which messages are about to be copied: the UIDs from which on these may be. */
export interface Mark {
  readonly idx: number;
  readonly floors: PerSide<number>;
}

export class Transfers {
  readonly #connection: Connection;
  readonly #sparse: SparseTables;

  constructor(connection: Connection, sparse: SparseTables) {
    this.#connection = connection;
    this.#sparse = sparse;
  }

  /**
   * Notes that copies with UIDs at or above the floors may exist without a mapping row, until the next checkpoint of their
   * mailbox. The one commit that waits for the disk: what follows may be lost with the power, this says that it may.
   * A marker that an interrupted round left behind keeps its floor where that is lower.
   */
  mark(marks: readonly Mark[]): void {
    this.#connection.durably(() => {
      for (const { idx, floors } of marks) {
        this.#sparse.note("rounds", idx);
        this.#connection.run(
          `INSERT INTO rounds (idx, lfloor, rfloor) VALUES (?, ?, ?) ON CONFLICT (idx) DO UPDATE
           SET lfloor = min(lfloor, excluded.lfloor), rfloor = min(rfloor, excluded.rfloor)`,
          ...[idx, floors.local, floors.remote],
        );
      }
    });
  }

  /** The floors given to {@link mark}, if no checkpoint followed. */
  interruption(idx: number): PerSide<number> | undefined {
    if (!this.#sparse.mayHave("rounds", idx)) return undefined;
    const sql = `SELECT lfloor AS local, rfloor AS remote FROM rounds WHERE idx = ? AND NOT ${isImpossible("rounds")}`;
    return this.#connection.row(sql, idx);
  }

  /** Messages of `side` are about to be appended to the other one. */
  noteSent(idx: number, side: Side, uids: UidSet): void {
    this.#sparse.note("unconfirmed", idx);
    this.#connection.transaction(() => {
      noteSent(this.#connection, { idx, side }, uids);
    });
  }

  /** Each of them was taken once; or it is known that it was not. */
  noteConfirmed(idx: number, side: Side, uids: UidSet): void {
    if (!this.#sparse.mayHave("unconfirmed", idx)) return;
    this.#connection.transaction(() => {
      noteConfirmed(this.#connection, { idx, side }, uids);
    });
  }

  /** What was sent before counts as sent now: it was not known until now that nobody waits for the answer. */
  renewUnconfirmed(idx: number): void {
    if (this.#sparse.mayHave("unconfirmed", idx)) renewUnconfirmed(this.#connection, idx);
  }

  /**
   * Messages of `side` that were sent within the last hour and not confirmed: copies of them may come. Those of which two
   * may come are in the second set, too, and so on.
   */
  unconfirmed(idx: number, side: Side): UidSet[] {
    return this.#sparse.mayHave("unconfirmed", idx) ? unconfirmed(this.#connection, { idx, side }) : [];
  }

  /** Messages in whose transfer from `side` a connection died, until a checkpoint finds that they are no longer missing. */
  suspects(idx: number, side: Side): UidSet {
    if (!this.#sparse.mayHave("suspects", idx)) return emptyUidSet;
    const sql = `SELECT UID FROM suspects WHERE idx = ? AND side = ? AND NOT ${isImpossible("suspects")} ORDER BY UID`;
    return uidSetOf(this.#connection.rows<{ UID: number }>(sql, idx, side).map(({ UID }) => UID));
  }

  /** The idx of each mailbox that has any. */
  mailboxesWithSuspects(): Set<number> {
    const rows = this.#connection.rows<{ idx: number }>("SELECT DISTINCT idx FROM suspects");
    return new Set(rows.map(({ idx }) => idx));
  }

  /** All or none. */
  addSuspects(idx: number, side: Side, uids: readonly number[]): void {
    this.#sparse.note("suspects", idx);
    this.#connection.transaction(() => {
      for (const uid of uids) {
        this.#connection.run("INSERT OR IGNORE INTO suspects (idx, side, UID) VALUES (?, ?, ?)", idx, side, uid);
      }
    });
  }

  /** The other server did not understand a command with messages of `side`, which are suspects. */
  noteMisread(idx: number, side: Side): void {
    this.#sparse.note("misread", idx);
    this.#connection.run("INSERT OR IGNORE INTO misread (idx, side) VALUES (?, ?)", idx, side);
  }

  /** Whether that holds for any mailbox, until a checkpoint finds that it has no suspects any more. */
  hasMisread(side: Side): boolean {
    if (this.#sparse.mailboxesIn("misread").size === 0) return false;
    return this.#connection.value("SELECT 1 FROM misread WHERE side = ? LIMIT 1", side) !== undefined;
  }

  /**
   * To be called at the end of a round. Suspects that were not refused were copied, or are gone; where there is none, nothing is
   * misread; and what was sent long ago is not carried out any more.
   */
  forgetSettled(idx: number): void {
    if (this.#sparse.mayHave("suspects", idx))
      this.#connection.run(
        `DELETE FROM suspects WHERE idx = ? AND NOT EXISTS (SELECT 1 FROM refused
           WHERE refused.idx = suspects.idx AND refused.side = suspects.side AND refused.UID = suspects.UID)`,
        idx,
      );
    if (this.#sparse.mayHave("misread", idx))
      this.#connection.run(
        `DELETE FROM misread WHERE idx = ? AND NOT EXISTS (SELECT 1 FROM suspects
           WHERE suspects.idx = misread.idx AND suspects.side = misread.side)`,
        idx,
      );
    if (this.#sparse.mayHave("unconfirmed", idx)) forgetExpired(this.#connection, idx);
  }
}
