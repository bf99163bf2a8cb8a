// What one-way copies know of former ones: which message of host2 is the copy of which of host1, and the states of folders that
// were finished. One database can be about many pairs of accounts.

import { runsOfPairs, type UidPair, type UidPairRun, UidPairs } from "../model/uid-pairs.ts";
import { emptyUidSet, type UidSet, union } from "../model/uid-set.ts";
import { groupBy } from "../util/group-by.ts";
import { slices } from "../util/slices.ts";
import { Signatures, type SignedMessage, writeSignatures } from "./copied-signatures.ts";
import { type HostNumber, type MeasuredFolder, readSizes, writeSize } from "./copied-sizes.ts";
import { type FinishedStates, readStates, writeStates } from "./finished-states.ts";
import { readRuns, writtenRuns } from "./pair-runs.ts";
import { impossibleRow } from "./read-values.ts";
import type { Connection } from "./sqlite.ts";

/** Two accounts; each text is all that tells one from another. */
export interface CopiedAccounts {
  readonly account1: string;
  readonly account2: string;
}

/** Raw octets (latin1), and the UIDVALIDITY without which UIDs mean nothing. */
export interface FolderPair {
  readonly folder1: string;
  readonly uidValidity1: number;
  readonly folder2: string;
  readonly uidValidity2: number;
}

/** Each change is a transaction: a run may be killed at any moment. */
export interface CopyRecord {
  /** Whether anything was recorded of these folders, with these UIDVALIDITYs. */
  isKnown(folders: FolderPair): boolean;
  /** None when a UIDVALIDITY is another one now. */
  pairsOf(folders: FolderPair): UidPairs;
  /** By UIDs of host2: recorded copies of other folders of host1 in the same folder. */
  copiesOfOthers(folders: FolderPair): UidSet;
  /** For a message that has one, in place of that. What was recorded under another UIDVALIDITY is dropped. */
  add(folders: FolderPair, pairs: Iterable<UidPair>): void;
  /** Pairs of messages that are no more, by their UIDs on host1. */
  forget(folders: FolderPair, uids1: Iterable<number>): void;
  /** When nothing is left to do. Lasts until a pair is added or forgotten. */
  finished(folders: FolderPair, states: FinishedStates): void;
  stateOf(folders: FolderPair): FinishedStates | undefined;
  /** By which messages of a host are told from others, with these options. */
  signaturesOf(folders: FolderPair, where: SignedWhere): Pick<Signatures, "of">;
  /** In place of what was recorded of these messages. */
  sign(folders: FolderPair, where: SignedWhere, messages: Iterable<SignedMessage>): void;
  /** How large folders of a host were. */
  sizesOf(host: HostNumber): MeasuredFolder[];
  /** In place of what was recorded of these folders. */
  measured(host: HostNumber, folders: readonly MeasuredFolder[]): void;
  close(): void;
}

export interface SignedWhere {
  readonly host: HostNumber;
  /** Options that decide it, as a digest. */
  readonly rules: string;
}

/** The number of UIDs of host1 whose pairs are kept in one row. */
const uidsInBlock = 1024;

interface FolderRow {
  readonly id: number;
  readonly uid_validity1: number;
  readonly uid_validity2: number;
}

export class CopyStore implements CopyRecord {
  readonly #connection: Connection;
  readonly #accounts: CopiedAccounts;

  constructor(connection: Connection, accounts: CopiedAccounts) {
    this.#connection = connection;
    this.#accounts = accounts;
  }

  isKnown(folders: FolderPair): boolean {
    return this.#idOf(folders) !== undefined;
  }

  pairsOf(folders: FolderPair): UidPairs {
    const id = this.#idOf(folders);
    return id === undefined ? new UidPairs() : new UidPairs(this.#runs(id));
  }

  copiesOfOthers({ folder1, folder2, uidValidity2 }: FolderPair): UidSet {
    const others = this.#connection.rows<{ id: number }>(
      `SELECT folder_pairs.id FROM folder_pairs JOIN account_pairs ON accounts = account_pairs.id
       WHERE account1 = ? AND account2 = ? AND folder1 <> ? AND folder2 = ? AND uid_validity2 = ?`,
      ...[this.#accounts.account1, this.#accounts.account2, octets(folder1), octets(folder2), uidValidity2],
    );
    return others.map(({ id }) => new UidPairs(this.#runs(id)).uids2).reduce(union, emptyUidSet);
  }

  add(folders: FolderPair, pairs: Iterable<UidPair>): void {
    this.#connection.transaction(() => {
      const id = this.#idOf(folders) ?? this.#begin(folders);
      for (const some of slices(pairs, pairsAtOnce))
        for (const [block, added] of groupBy(some, ([uid1]) => blockOf(uid1)))
          this.#write(id, block, [...this.#block(id, block), ...added]);
      this.#unfinish(id);
    });
  }

  forget(folders: FolderPair, uids1: Iterable<number>): void {
    const id = this.#idOf(folders);
    if (id === undefined) return;
    const gone = new Set(uids1);
    this.#connection.transaction(() => {
      for (const block of new Set([...gone].map(blockOf)))
        this.#write(
          id,
          block,
          this.#block(id, block).filter(([uid1]) => !gone.has(uid1)),
        );
      this.#unfinish(id);
    });
  }

  finished(folders: FolderPair, states: FinishedStates): void {
    this.#connection.transaction(() => {
      writeStates(this.#connection, this.#idOf(folders) ?? this.#begin(folders), states);
    });
  }

  stateOf(folders: FolderPair): FinishedStates | undefined {
    const id = this.#idOf(folders);
    return id === undefined ? undefined : readStates(this.#connection, id);
  }

  signaturesOf(folders: FolderPair, where: SignedWhere): Signatures {
    const id = this.#idOf(folders);
    return new Signatures(this.#connection, id === undefined ? undefined : { folders: id, ...where });
  }

  sign(folders: FolderPair, where: SignedWhere, messages: Iterable<SignedMessage>): void {
    this.#connection.transaction(() => {
      const id = this.#idOf(folders) ?? this.#begin(folders);
      writeSignatures(this.#connection, { folders: id, ...where }, messages);
    });
  }

  sizesOf(host: HostNumber): MeasuredFolder[] {
    const accounts = this.#accountsId();
    return accounts === undefined ? [] : readSizes(this.#connection, accounts, host);
  }

  measured(host: HostNumber, folders: readonly MeasuredFolder[]): void {
    this.#connection.transaction(() => {
      const accounts = this.#beginAccounts();
      for (const one of folders) writeSize(this.#connection, [accounts, host], one);
    });
  }

  close(): void {
    this.#connection.close();
  }

  #idOf({ folder1, uidValidity1, folder2, uidValidity2 }: FolderPair): number | undefined {
    const row = this.#row(folder1, folder2);
    return row?.uid_validity1 === uidValidity1 && row.uid_validity2 === uidValidity2 ? row.id : undefined;
  }

  #row(folder1: string, folder2: string): FolderRow | undefined {
    return this.#connection.row<FolderRow>(
      `SELECT folder_pairs.id, uid_validity1, uid_validity2 FROM folder_pairs JOIN account_pairs ON accounts = account_pairs.id
       WHERE account1 = ? AND account2 = ? AND folder1 = ? AND folder2 = ?`,
      ...[this.#accounts.account1, this.#accounts.account2, octets(folder1), octets(folder2)],
    );
  }

  /** Drops what is recorded under another UIDVALIDITY. */
  #begin({ folder1, uidValidity1, folder2, uidValidity2 }: FolderPair): number {
    const former = this.#row(folder1, folder2);
    if (former !== undefined) this.#connection.run("DELETE FROM folder_pairs WHERE id = ?", former.id);
    return this.#connection.run(
      "INSERT INTO folder_pairs (accounts, folder1, folder2, uid_validity1, uid_validity2) VALUES (?, ?, ?, ?, ?)",
      ...[this.#beginAccounts(), octets(folder1), octets(folder2), uidValidity1, uidValidity2],
    );
  }

  #beginAccounts(): number {
    const { account1, account2 } = this.#accounts;
    const begin = "INSERT INTO account_pairs (account1, account2) VALUES (?, ?)";
    return this.#accountsId() ?? this.#connection.run(begin, account1, account2);
  }

  #accountsId(): number | undefined {
    const { account1, account2 } = this.#accounts;
    const find = "SELECT id FROM account_pairs WHERE account1 = ? AND account2 = ?";
    return this.#connection.value<number>(find, account1, account2);
  }

  #unfinish(id: number): void {
    this.#connection.run("DELETE FROM finished WHERE folders = ?", id);
  }

  *#runs(id: number): Iterable<UidPairRun> {
    const rows = this.#connection.rows<{ block: number; runs: Buffer }>(
      "SELECT block, runs FROM copies WHERE folders = ? ORDER BY block",
      id,
    );
    for (const { block, runs } of rows) yield* this.#read(block, runs);
  }

  #block(id: number, block: number): UidPair[] {
    const runs = this.#connection.value<Buffer>("SELECT runs FROM copies WHERE folders = ? AND block = ?", id, block);
    return runs === undefined ? [] : [...new UidPairs(this.#read(block, runs))];
  }

  #write(id: number, block: number, pairs: readonly UidPair[]): void {
    if (pairs.length === 0) this.#connection.run("DELETE FROM copies WHERE folders = ? AND block = ?", id, block);
    else
      this.#connection.run(
        "INSERT OR REPLACE INTO copies VALUES (?, ?, ?)",
        id,
        block,
        writtenRuns(runsOfPairs(pairs)),
      );
  }

  /** @throws InterimapError DATABASE_ROWS for what cannot be */
  #read(block: number, octets: Buffer): UidPairRun[] {
    const runs = readRuns(octets, { from: block * uidsInBlock, after: (block + 1) * uidsInBlock });
    if (runs === undefined) throw impossibleRow(this.#connection.path, { table: "copies", column: "runs" }, octets);
    return runs;
  }
}

function blockOf(uid1: number): number {
  return Math.floor(uid1 / uidsInBlock);
}

/** There may be a million, and none of them is held for long. */
const pairsAtOnce = 32 * uidsInBlock;

function octets(name: string): Buffer {
  return Buffer.from(name, "latin1");
}
