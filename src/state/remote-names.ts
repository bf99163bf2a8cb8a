// Under which names mailboxes were synchronised on the remote server, where these are not their own.

import { isImpossible } from "./row-rules.ts";
import type { SparseTables } from "./sparse-tables.ts";
import type { Connection } from "./sqlite.ts";

export interface RemoteName {
  /** Raw octets without the reference, NUL for the hierarchy delimiter. */
  readonly name: string;
  /** The special use (RFC 6154) of both that paired them, as `\Sent`; `""` if the configuration did. */
  readonly use: string;
}

interface Row {
  readonly idx: number;
  readonly name: Buffer;
  readonly use: string;
}

export class RemoteNames {
  readonly #connection: Connection;
  readonly #sparse: SparseTables;

  constructor(connection: Connection, sparse: SparseTables) {
    this.#connection = connection;
    this.#sparse = sparse;
  }

  /** By idx. Without rows that cannot be. */
  all(): ReadonlyMap<number, RemoteName> {
    if (this.#sparse.mailboxesIn("remote_names").size === 0) return new Map();
    const sql = `SELECT idx, name, special_use AS use FROM remote_names WHERE NOT ${isImpossible("remote_names")}`;
    const rows = this.#connection.rows<Row>(sql);
    return new Map(rows.map(({ idx, name, use }) => [idx, { name: name.toString("latin1"), use }]));
  }

  /** Undefined: the mailbox's own. */
  note(idx: number, remote: RemoteName | undefined): void {
    if (remote === undefined) {
      if (!this.#sparse.mayHave("remote_names", idx)) return;
      this.#connection.run("DELETE FROM remote_names WHERE idx = ?", idx);
      return;
    }
    this.#sparse.note("remote_names", idx);
    this.#connection.run(
      `INSERT INTO remote_names (idx, name, special_use) VALUES (?, ?, ?)
       ON CONFLICT (idx) DO UPDATE SET name = excluded.name, special_use = excluded.special_use
       WHERE name <> excluded.name OR special_use <> excluded.special_use`,
      ...[idx, Buffer.from(remote.name, "latin1"), remote.use],
    );
  }
}
