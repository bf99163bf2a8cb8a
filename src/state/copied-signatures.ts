// By what messages of a folder are told from others: with it, only headers of new messages need to be read.

import { groupBy } from "../util/group-by.ts";
import { slices } from "../util/slices.ts";
import type { HostNumber } from "./copied-sizes.ts";
import { impossibleRow } from "./read-values.ts";
import type { Connection } from "./sqlite.ts";

export interface SignedMessage {
  readonly uid: number;
  /** 16 octets, one character each (latin1); null: nothing tells it from others. */
  readonly signature: string | null;
}

/** The messages of a host in two folders, as they are known with certain options. */
export interface SignedFolder {
  readonly folders: number;
  readonly host: HostNumber;
  /** Options that decide what a signature is made of, as a digest: others have no meaning. */
  readonly rules: string;
}

export const signaturesTable = `CREATE TABLE signatures (
  folders INTEGER NOT NULL REFERENCES folder_pairs (id) ON DELETE CASCADE,
  host INTEGER NOT NULL CHECK (host IN (1, 2)),
  block INTEGER NOT NULL CHECK (typeof(block) = 'integer'),
  rules TEXT NOT NULL CHECK (typeof(rules) = 'text'),
  entries BLOB NOT NULL CHECK (typeof(entries) = 'blob'),
  PRIMARY KEY (folders, host, block)
) WITHOUT ROWID`;

/** The number of consecutive UIDs in a row. */
const uidsInBlock = 1024;
const signatureOctets = 16;
/** UID, whether there is a signature, and that. */
const entryOctets = 4 + 1 + signatureOctets;

export class Signatures {
  readonly #connection: Connection;
  readonly #folder: SignedFolder | undefined;
  readonly #blocks = new Map<number, Buffer>();

  /** `folder`: undefined where nothing is known. */
  constructor(connection: Connection, folder: SignedFolder | undefined) {
    this.#connection = connection;
    this.#folder = folder;
  }

  /** Undefined: not known. @throws InterimapError DATABASE_ROWS */
  of(uid: number): string | null | undefined {
    if (this.#folder === undefined) return undefined;
    const block = Math.floor(uid / uidsInBlock);
    let entries = this.#blocks.get(block);
    if (entries === undefined) this.#blocks.set(block, (entries = readBlock(this.#connection, this.#folder, block)));
    let [low, high] = [0, entries.length / entryOctets];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (entries.readUInt32LE(middle * entryOctets) < uid) low = middle + 1;
      else high = middle;
    }
    const at = low * entryOctets;
    return at < entries.length && entries.readUInt32LE(at) === uid ? signatureAt(entries, at) : undefined;
  }
}

/** For messages that have one, in place of that. */
export function writeSignatures(
  connection: Connection,
  { folders, host, rules }: SignedFolder,
  messages: Iterable<SignedMessage>,
): void {
  for (const some of slices(messages, 32 * uidsInBlock))
    for (const [block, signed] of groupBy(some, ({ uid }) => Math.floor(uid / uidsInBlock))) {
      const before = entriesOf(readBlock(connection, { folders, host, rules }, block));
      const all = new Map([...before, ...signed].map((one) => [one.uid, one]));
      const entries = written([...all.values()].sort((a, b) => a.uid - b.uid));
      connection.run("INSERT OR REPLACE INTO signatures VALUES (?, ?, ?, ?, ?)", folders, host, block, rules, entries);
    }
}

function readBlock(connection: Connection, { folders, host, rules }: SignedFolder, block: number): Buffer {
  const [row] = connection.rows<{ rules: string; entries: Buffer }>(
    "SELECT rules, entries FROM signatures WHERE folders = ? AND host = ? AND block = ?",
    ...[folders, host, block],
  );
  if (row?.rules !== rules) return Buffer.alloc(0);
  const { entries } = row;
  // The column may hold anything.
  if (!Buffer.isBuffer(entries) || entries.length % entryOctets !== 0)
    throw impossibleRow(connection.path, { table: "signatures", column: "entries" }, entries);
  return entries;
}

function entriesOf(entries: Buffer): SignedMessage[] {
  return Array.from({ length: entries.length / entryOctets }, (_, i) => {
    const at = i * entryOctets;
    return { uid: entries.readUInt32LE(at), signature: signatureAt(entries, at) };
  });
}

function signatureAt(entries: Buffer, at: number): string | null {
  return entries[at + 4] === 0 ? null : entries.toString("latin1", at + 5, at + entryOctets);
}

function written(messages: readonly SignedMessage[]): Buffer {
  const entries = Buffer.alloc(messages.length * entryOctets);
  for (const [i, { uid, signature }] of messages.entries()) {
    const at = i * entryOctets;
    entries.writeUInt32LE(uid, at);
    if (signature === null) continue;
    entries[at + 4] = 1;
    entries.write(signature, at + 5, signatureOctets, "latin1");
  }
  return entries;
}
