// How many messages each server reported at the last checkpoint of a mailbox.

import type { PerSide } from "../model/side.ts";
import { isImpossible } from "./row-rules.ts";
import type { Connection } from "./sqlite.ts";

const select = `SELECT idx, local, remote FROM message_counts WHERE NOT ${isImpossible("message_counts")}`;

interface Row extends PerSide<number> {
  readonly idx: number;
}

/** Undefined: those that are recorded count no more. */
export function saveMessageCounts(connection: Connection, idx: number, counts: PerSide<number> | undefined): void {
  if (counts === undefined) connection.run("DELETE FROM message_counts WHERE idx = ?", idx);
  else
    connection.run(
      `INSERT INTO message_counts (idx, local, remote) VALUES (?, ?, ?)
       ON CONFLICT (idx) DO UPDATE SET local = excluded.local, remote = excluded.remote`,
      ...[idx, counts.local, counts.remote],
    );
}

export function messageCounts(connection: Connection, idx: number): PerSide<number> | undefined {
  const row = connection.row<Row>(`${select} AND idx = ?`, idx);
  return row && { local: row.local, remote: row.remote };
}

/** By idx. */
export function allMessageCounts(connection: Connection): ReadonlyMap<number, PerSide<number>> {
  return new Map(connection.rows<Row>(select).map(({ idx, local, remote }) => [idx, { local, remote }]));
}
