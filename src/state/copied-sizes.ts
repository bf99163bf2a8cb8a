// How much was in the folders of both accounts when they were last measured: what has not changed need not be measured again.

import type { Connection } from "./sqlite.ts";

export interface MeasuredFolder {
  /** Raw octets (latin1). */
  readonly folder: string;
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly messages: number;
  /** Of all messages. */
  readonly octets: number;
  readonly biggest: number;
}

export type HostNumber = 1 | 2;

interface Row {
  readonly folder: Buffer;
  readonly uid_validity: bigint;
  readonly uid_next: bigint;
  readonly messages: bigint;
  readonly octets: bigint;
  readonly biggest: bigint;
}

export const sizesTable = `CREATE TABLE sizes (
  accounts INTEGER NOT NULL REFERENCES account_pairs (id) ON DELETE CASCADE,
  host INTEGER NOT NULL CHECK (host IN (1, 2)),
  folder BLOB NOT NULL CHECK (typeof(folder) = 'blob'),
  uid_validity INTEGER NOT NULL CHECK (typeof(uid_validity) = 'integer'),
  uid_next INTEGER NOT NULL CHECK (typeof(uid_next) = 'integer'),
  messages INTEGER NOT NULL CHECK (typeof(messages) = 'integer'),
  octets INTEGER NOT NULL CHECK (typeof(octets) = 'integer'),
  biggest INTEGER NOT NULL CHECK (typeof(biggest) = 'integer'),
  PRIMARY KEY (accounts, host, folder)
) WITHOUT ROWID`;

export function readSizes(connection: Connection, accounts: number, host: HostNumber): MeasuredFolder[] {
  const rows = connection.exactRows<Row>("SELECT * FROM sizes WHERE accounts = ? AND host = ?", accounts, host);
  return rows.map(({ folder, uid_validity, uid_next, messages, octets, biggest }) => ({
    folder: folder.toString("latin1"),
    ...{ uidValidity: Number(uid_validity), uidNext: Number(uid_next), messages: Number(messages) },
    ...{ octets: Number(octets), biggest: Number(biggest) },
  }));
}

export function writeSize(
  connection: Connection,
  place: readonly [accounts: number, host: HostNumber],
  one: MeasuredFolder,
): void {
  const { folder, uidValidity, uidNext, messages, octets, biggest } = one;
  const name = Buffer.from(folder, "latin1");
  const values = [...place, name, uidValidity, uidNext, messages, octets, biggest];
  connection.run("INSERT OR REPLACE INTO sizes VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ...values);
}
