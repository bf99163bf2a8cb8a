// Finds rows of any mailbox by what their messages look like on one side. A single question is answered by reading the whole
// table. After a number of questions an index is worth its price. It is a temporary one, so that the database stays small: SQLite
// keeps it in a file that nobody else sees, and that is gone with the process.

import { InterimapError } from "../model/errors.ts";
import type { PerSide, Side } from "../model/side.ts";
import { printedColumns } from "./mapping-rows.ts";
import type { Connection } from "./sqlite.ts";

/** The number of times that the table can be read while an index is made, about. */
const readingsWorthAnIndex = 16;

export const printColumn: PerSide<string> = { local: "lprint", remote: "rprint" };

export class PrintLookup {
  readonly #connection: Connection;
  readonly #column: string;
  #readings = 0;
  #hasIndex = false;

  constructor(connection: Connection, side: Side) {
    this.#connection = connection;
    this.#column = printColumn[side];
  }

  /** Rows with one of these fingerprints, at most `limit`. */
  rows<Row>(prints: readonly number[], limit: number): Row[] {
    if (prints.length === 0) return [];
    if (++this.#readings === readingsWorthAnIndex) this.#hasIndex = this.#makeIndex();
    const from = !this.#hasIndex
      ? `mapping WHERE ${this.#column} IN (SELECT value FROM json_each(?))`
      : `temp.by_${this.#column} AS known CROSS JOIN mapping ON mapping.rowid = known.row AND ${this.#column} = print
           WHERE print IN (SELECT value FROM json_each(?))`;
    return this.#connection.rows<Row>(
      `SELECT idx, ${printedColumns} FROM ${from} LIMIT ?`,
      JSON.stringify(prints),
      limit,
    );
  }

  /**
   * Rows that are gone, or look different by now, stay in it: the table itself is asked, too. False: there is no room for it, and
   * it goes without. The database is not written to.
   */
  #makeIndex(): boolean {
    const column = this.#column;
    const note = `WHEN new.${column} IS NOT NULL
      BEGIN INSERT OR IGNORE INTO by_${column} VALUES (new.${column}, new.rowid); END`;
    try {
      this.#connection.execute(`
        CREATE TEMP TABLE by_${column} (print INTEGER, row INTEGER, PRIMARY KEY (print, row)) WITHOUT ROWID;
        INSERT INTO by_${column} SELECT ${column}, rowid FROM mapping WHERE ${column} IS NOT NULL ORDER BY 1, 2;
        CREATE TEMP TRIGGER ${column}_added AFTER INSERT ON main.mapping ${note};
        CREATE TEMP TRIGGER ${column}_changed AFTER UPDATE OF ${column} ON main.mapping ${note};
      `);
      return true;
    } catch (error) {
      if (error instanceof InterimapError && error.code === "DATABASE_READ") return false;
      throw error;
    }
  }
}
