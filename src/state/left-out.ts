// The mailboxes that were left out because of their special use.

import type { Side } from "../model/side.ts";
import { side as sideRule, text } from "./row-rules.ts";
import type { Connection } from "./sqlite.ts";

export interface LeftOut {
  readonly side: Side;
  /** Raw octets, NUL for the hierarchy delimiter. */
  readonly name: string;
  /** RFC 6154, in lower case: `\all`. */
  readonly use: string;
}

interface Row {
  readonly side: Side;
  readonly name: Buffer;
  readonly use: string;
}

export class LeftOutMailboxes {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Without rows that cannot be. */
  all(): readonly LeftOut[] {
    const sql = `SELECT side, name, special_use AS use FROM left_out
      WHERE ${sideRule()} AND typeof(name) = 'blob' AND ${text("special_use")} ORDER BY side, name`;
    const rows = this.#connection.rows<Row>(sql);
    return rows.map(({ side, name, use }) => ({ side, name: name.toString("latin1"), use }));
  }

  /** In place of what was recorded. */
  record(all: readonly LeftOut[]): void {
    this.#connection.transaction(() => {
      this.#connection.run("DELETE FROM left_out");
      for (const { side, name, use } of all)
        this.#connection.run(
          "INSERT INTO left_out (side, name, special_use) VALUES (?, ?, ?)",
          ...[side, Buffer.from(name, "latin1"), use],
        );
    });
  }
}
