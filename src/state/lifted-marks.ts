// Marks for deletion that we took off other people's messages for a moment, so that an EXPUNGE spares these. Each is noted here
// from before it is lifted until it is back.

import type { Side } from "../model/side.ts";
import { emptyUidSet, type UidSet, uidSetOf, uidsOf } from "../model/uid-set.ts";
import { isImpossible } from "./row-rules.ts";
import type { SparseTables } from "./sparse-tables.ts";
import type { Connection } from "./sqlite.ts";

export class LiftedMarks {
  readonly #connection: Connection;
  readonly #sparse: SparseTables;

  constructor(connection: Connection, sparse: SparseTables) {
    this.#connection = connection;
    this.#sparse = sparse;
  }

  /** They are about to be lifted. Waits for the disk: with the power the memory of it may go, but not the change. */
  note(idx: number, side: Side, uids: UidSet): void {
    this.#sparse.note("lifted", idx);
    this.#connection.durably(() => {
      for (const uid of uidsOf(uids))
        this.#connection.run("INSERT OR IGNORE INTO lifted (idx, side, UID) VALUES (?, ?, ?)", idx, side, uid);
    });
  }

  /** They are back, or their messages are gone. */
  forget(idx: number, side: Side, uids: UidSet): void {
    this.#connection.transaction(() => {
      for (const uid of uidsOf(uids))
        this.#connection.run("DELETE FROM lifted WHERE idx = ? AND side = ? AND UID = ?", idx, side, uid);
    });
  }

  of(idx: number, side: Side): UidSet {
    if (!this.#sparse.mayHave("lifted", idx)) return emptyUidSet;
    const sql = `SELECT UID FROM lifted WHERE idx = ? AND side = ? AND NOT ${isImpossible("lifted")} ORDER BY UID`;
    return uidSetOf(this.#connection.rows<{ UID: number }>(sql, idx, side).map(({ UID }) => UID));
  }

  /** The idx of each mailbox that has any. */
  mailboxes(): readonly number[] {
    return this.#connection.rows<{ idx: number }>("SELECT DISTINCT idx FROM lifted").map(({ idx }) => idx);
  }
}
