// Rows of a table about mailboxes, without those that nobody can have written: see {@link Store.flaw}.

import { isImpossible, type rowRules } from "./row-rules.ts";
import type { Connection } from "./sqlite.ts";

/** Of one mailbox or of all, in the order of mailbox and `keys`. */
export function possibleRows<Row>(
  connection: Connection,
  table: keyof typeof rowRules,
  { idx, keys }: { readonly idx: number | undefined; readonly keys: readonly string[] },
): Row[] {
  const select = `SELECT * FROM ${table} WHERE NOT ${isImpossible(table)}`;
  if (idx === undefined) return connection.rows<Row>(`${select} ORDER BY ${["idx", ...keys].join(", ")}`);
  return connection.rows<Row>(`${select} AND idx = ? ORDER BY ${keys.join(", ")}`, idx);
}
