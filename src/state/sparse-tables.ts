// Tables with rows for few mailboxes, usually none. We ask once which mailboxes these are; nobody else can write to the
// database while it is open. The others need not be asked for one by one.

import type { Connection } from "./sqlite.ts";

export const sparseTables = [
  "rounds",
  "refused",
  "refused_changes",
  "waits",
  "unconfirmed",
  "suspects",
  "misread",
  "stuck",
  "stocks",
  "emptied",
  "unkept",
  "flag_sets",
  "flag_blocks",
  "remote_names",
  "lifted",
  "unstable",
] as const;

export type SparseTable = (typeof sparseTables)[number];

export class SparseTables {
  readonly #connection: Connection;
  readonly #mailboxes = new Map<SparseTable, Set<number>>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** False: there is no row of the mailbox. True: there was one. */
  mayHave(table: SparseTable, idx: number): boolean {
    return this.mailboxesIn(table).has(idx);
  }

  /** A row is about to be written; it need not come to that. */
  note(table: SparseTable, idx: number): void {
    this.#in(table).add(idx);
  }

  /** Those that may have rows. */
  mailboxesIn(table: SparseTable): ReadonlySet<number> {
    return this.#in(table);
  }

  #in(table: SparseTable): Set<number> {
    const known = this.#mailboxes.get(table);
    if (known !== undefined) return known;
    const rows = this.#connection.rows<{ readonly idx: number }>(`SELECT DISTINCT idx FROM ${table}`);
    const found = new Set(rows.map(({ idx }) => idx));
    this.#mailboxes.set(table, found);
    return found;
  }
}
