// Mailboxes to which a side gives the same HIGHESTMODSEQ, whatever happens in them.

import type { Side } from "../model/side.ts";
import type { SparseTables } from "./sparse-tables.ts";
import type { Connection } from "./sqlite.ts";

export class StuckModSeqs {
  readonly #connection: Connection;
  readonly #sparse: SparseTables;

  constructor(connection: Connection, sparse: SparseTables) {
    this.#connection = connection;
    this.#sparse = sparse;
  }

  set(idx: number, side: Side, isStuck: boolean): void {
    if (isStuck) {
      this.#sparse.note("stuck", idx);
      this.#connection.run("INSERT OR IGNORE INTO stuck (idx, side) VALUES (?, ?)", idx, side);
    } else if (this.#sparse.mayHave("stuck", idx))
      this.#connection.run("DELETE FROM stuck WHERE idx = ? AND side = ?", idx, side);
  }

  has(idx: number, side: Side): boolean {
    if (!this.#sparse.mayHave("stuck", idx)) return false;
    return this.#connection.value("SELECT 1 FROM stuck WHERE idx = ? AND side = ?", idx, side) !== undefined;
  }
}
