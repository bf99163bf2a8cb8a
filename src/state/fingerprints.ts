// The fingerprints of mapped messages on either side, as far as they are known: see model/fingerprint.ts.

import { type PerSide, perSide, type Side } from "../model/side.ts";
import { maxUid } from "../model/uid-set.ts";
import { checkedPairs, printedColumns, uidColumn } from "./mapping-rows.ts";
import { printColumn, PrintLookup } from "./print-lookup.ts";
import type { Connection } from "./sqlite.ts";

/** Undefined: not known. */
export type Prints = PerSide<number | undefined>;

export interface PrintedPair extends PerSide<number> {
  readonly prints: Prints;
}

interface NewestWanted {
  /** Of each side. */
  readonly limit: number;
  /** All rows unless told. */
  readonly below?: PerSide<number>;
}

interface PrintedRow extends PerSide<number> {
  readonly lprint: unknown;
  readonly rprint: unknown;
}

const beyondAll: PerSide<number> = { local: maxUid + 1, remote: maxUid + 1 };

export class Fingerprints {
  readonly #connection: Connection;
  readonly #lookups: PerSide<PrintLookup>;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#lookups = perSide((side) => new PrintLookup(connection, side));
  }

  /**
   * As many rows as wanted with the highest local UIDs, and those with the highest remote ones unless the highest of all is among
   * them; ascending by local UID.
   */
  newest(idx: number, { limit, below = beyondAll }: NewestWanted): PrintedPair[] {
    const newest = (side: Side): PrintedRow[] => {
      const uid = uidColumn[side];
      const sql = `SELECT ${printedColumns} FROM mapping WHERE idx = ? AND ${uid} < ? ORDER BY ${uid} DESC LIMIT ?`;
      return this.#connection.rows<PrintedRow>(sql, idx, below[side], limit);
    };
    // Mostly the order of both sides is the same, and one index tells.
    const rows = new Map(newest("local").map((row) => [row.local, row]));
    const last = this.#connection.value<number | null>(
      "SELECT max(rUID) FROM mapping WHERE idx = ? AND rUID < ?",
      ...[idx, below.remote],
    );
    if (last !== null && ![...rows.values()].some(({ remote }) => remote === last))
      for (const row of newest("remote")) rows.set(row.local, row);
    const pairs = [...rows.values()].sort((a, b) => a.local - b.local);
    return checkedPairs(this.#connection, pairs).map(printed);
  }

  /** By local UID; the pairs are in ascending order. */
  of(idx: number, pairs: readonly PerSide<number>[]): ReadonlyMap<number, Prints> {
    const [first, last] = [pairs[0], pairs.at(-1)];
    if (first === undefined || last === undefined) return new Map();
    const sql = `SELECT ${printedColumns} FROM mapping WHERE idx = ? AND lUID BETWEEN ? AND ?`;
    const rows = this.#connection.rows<PrintedRow>(sql, idx, first.local, last.local).map(printed);
    return new Map(rows.map(({ local, prints }) => [local, prints]));
  }

  /** Rows of any mailbox whose message on that side looks like one of these, at most `limit`. */
  like(side: Side, prints: readonly number[], limit: number): readonly (PrintedPair & { readonly idx: number })[] {
    const rows = this.#lookups[side].rows<PrintedRow & { idx: number }>(prints, limit);
    return checkedPairs(this.#connection, rows).map((row) => ({ idx: row.idx, ...printed(row) }));
  }

  /** Whether rows of the mailbox lack that of the side. */
  areIncomplete(idx: number, side: Side): boolean {
    const sql = `SELECT EXISTS (SELECT 1 FROM mapping WHERE idx = ? AND ${printColumn[side]} IS NULL)`;
    return this.#connection.value<number>(sql, idx) === 1;
  }

  /** Of rows that exist. All or none. */
  set(idx: number, pairs: readonly PrintedPair[]): void {
    if (pairs.length === 0) return;
    this.#connection.run(
      `UPDATE mapping SET lprint = given.value ->> 1, rprint = given.value ->> 2
       FROM json_each(?) AS given WHERE idx = ? AND lUID = given.value ->> 0`,
      ...[JSON.stringify(pairs.map(({ local, prints }) => [local, prints.local, prints.remote])), idx],
    );
  }
}

/** A fingerprint that cannot be is none. */
function printed({ local, remote, lprint, rprint }: PrintedRow): PrintedPair {
  const [here, there] = [lprint, rprint].map((print) => (typeof print === "number" ? print : undefined));
  return { local, remote, prints: { local: here, remote: there } };
}
