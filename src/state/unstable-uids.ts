// Mailboxes whose UIDs do not last: their UIDVALIDITY has changed again and again, or their server says so.

import type { Side } from "../model/side.ts";
import { isImpossible, oneMore } from "./row-rules.ts";
import type { SparseTables } from "./sparse-tables.ts";
import type { Connection } from "./sqlite.ts";
import { secondsOf } from "./times.ts";

/** `found`: it has just turned out that the UIDs do not last. */
export type Stability = "changed" | "found" | "unstable";

/** A change that follows so much later is another matter: mailboxes are made anew. */
const monthInSeconds = 30 * 86_400;

export class UnstableUids {
  readonly #connection: Connection;
  readonly #sparse: SparseTables;

  constructor(connection: Connection, sparse: SparseTables) {
    this.#connection = connection;
    this.#sparse = sparse;
  }

  /** UIDVALIDITY changed; or, if `isDeclared`, the server says that UIDs do not last. */
  note(idx: number, side: Side, isDeclared: boolean): Stability {
    if (this.has(idx, side)) return "unstable";
    this.#sparse.note("unstable", idx);
    const now = secondsOf(new Date());
    this.#connection.run(
      `INSERT INTO unstable (idx, side, changes, at) VALUES (?, ?, ?, ?)
       ON CONFLICT (idx, side) DO UPDATE SET at = excluded.at,
         changes = iif(at < excluded.at - ${String(monthInSeconds)}, excluded.changes, ${oneMore("changes")})`,
      ...[idx, side, isDeclared ? 2 : 1, now],
    );
    return this.has(idx, side) ? "found" : "changed";
  }

  has(idx: number, side: Side): boolean {
    if (!this.#sparse.mayHave("unstable", idx)) return false;
    const sql = `SELECT 1 FROM unstable WHERE idx = ? AND side = ? AND changes > 1 AND NOT ${isImpossible("unstable")}`;
    return this.#connection.value(sql, idx, side) !== undefined;
  }
}
