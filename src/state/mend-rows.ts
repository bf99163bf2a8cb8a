// Drops impossible values from the rows of a mailbox, so that its messages are matched again: for --repair, and before
// an upgrade.

import { sides } from "../model/side.ts";
import { type CheckedTable, checkedTables, isImpossible, rowRules } from "./row-rules.ts";
import type { Connection } from "./sqlite.ts";

const knownFlags = ["flag_sets", "flag_blocks"] as const;

/**
 * Returns how many entries were dropped or mended. Then all messages without a mapping are matched before they are copied,
 * and what is mapped is compared in full. Where no UIDVALIDITY tells whose UIDs the mapping has, that goes as well:
 * no deletion may follow from it. A database of an older version has some of the tables only.
 */
export function mendRows(connection: Connection, idx: number, tables = checkedTables): number {
  return connection.transaction(() => {
    // Rows are dropped as they are; a state is mended.
    const droppable = tables.filter((table) => table !== "local" && table !== "remote");
    const dropped = droppable.reduce((sum, table) => sum + dropImpossible(connection, table, idx), 0);
    const mended = mendStates(connection, idx, tables);
    if (dropped + mended > 0) {
      // A part of them would say that the other messages are new.
      for (const table of knownFlags.filter((one) => tables.includes(one)))
        connection.run(`DELETE FROM ${table} WHERE idx = ?`, idx);
      connection.run(
        `INSERT INTO rounds (idx, lfloor, rfloor) VALUES (?, 1, 1)
         ON CONFLICT (idx) DO UPDATE SET lfloor = 1, rfloor = 1`,
        idx,
      );
    }
    return dropped + mended;
  });
}

/** The idx of each mailbox with rows that cannot be. Reads all of them. */
export function mailboxesToMend(connection: Connection, tables: readonly CheckedTable[]): number[] {
  const sql = tables.map((table) => `SELECT idx FROM ${table} WHERE ${isImpossible(table)}`).join(" UNION ");
  return connection.rows<{ idx: number }>(sql).map(({ idx }) => idx);
}

function dropImpossible(connection: Connection, table: CheckedTable, idx: number): number {
  return connection.changes(`DELETE FROM ${table} WHERE idx = ? AND ${isImpossible(table)}`, idx);
}

/** Of a mailbox whose UIDVALIDITY is known, nothing was seen yet. */
function mendStates(connection: Connection, idx: number, tables: readonly CheckedTable[]): number {
  const isUnknown = sides.some((side) => {
    const sql = `SELECT 1 FROM ${side} WHERE idx = ? AND NOT ${rowRules[side].UIDVALIDITY}`;
    return connection.value(sql, idx) !== undefined;
  });
  if (isUnknown) {
    return tables.reduce((sum, table) => sum + connection.changes(`DELETE FROM ${table} WHERE idx = ?`, idx), 0);
  }
  const mended = sides.map((side) =>
    connection.changes(
      `UPDATE ${side} SET UIDNEXT = 1, HIGHESTMODSEQ = 0 WHERE idx = ? AND ${isImpossible(side)}`,
      idx,
    ),
  );
  return mended.reduce((sum, count) => sum + count, 0);
}
