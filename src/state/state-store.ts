// What we remember between runs, as typed queries. Every method that writes commits before it returns, unless it is
// called within transaction(). Failures are InterimapError: DATABASE_READ, or BUG for a row that breaks an invariant.

import type { InterimapError } from "../model/errors.ts";
import type { MailboxState } from "../model/mailbox-state.ts";
import type { PerSide, Side } from "../model/side.ts";
import { AccountClaim, type Claim } from "./account-claim.ts";
import { damagedError } from "./database-error.ts";
import { Fingerprints } from "./fingerprints.ts";
import { FlagsKnown } from "./flags-known.ts";
import { LeftOutMailboxes } from "./left-out.ts";
import { LiftedMarks } from "./lifted-marks.ts";
import { Losses } from "./losses.ts";
import { mailboxes, mailboxIds, type MailboxRecord, noteMailboxId } from "./mailboxes.ts";
import { removeMailbox, saveStates, tablesOfMessages } from "./mailboxes.ts";
import { Mappings } from "./mappings.ts";
import { mendRows } from "./mend-rows.ts";
import { allMessageCounts, messageCounts, saveMessageCounts } from "./message-counts.ts";
import { impossibleRow } from "./read-values.ts";
import { Refusals } from "./refusals.ts";
import { RemoteNames } from "./remote-names.ts";
import { findImpossible } from "./row-rules.ts";
import { SparseTables } from "./sparse-tables.ts";
import type { Connection } from "./sqlite.ts";
import { StuckModSeqs } from "./stuck-mod-seqs.ts";
import { latestSynchronisation, type MailboxSummary, noteSynchronised, summaries } from "./summaries.ts";
import { Transfers } from "./transfers.ts";
import { UnstableUids } from "./unstable-uids.ts";
import { initialise, type Upgrade, upgrade } from "./upgrade.ts";

export class Store {
  readonly #connection: Connection;
  readonly #sparse: SparseTables;
  readonly accounts: AccountClaim;
  readonly mappings: Mappings;
  readonly fingerprints: Fingerprints;
  readonly flagsKnown: FlagsKnown;
  readonly refusals: Refusals;
  readonly transfers: Transfers;
  readonly lifted: LiftedMarks;
  readonly losses: Losses;
  readonly unstable: UnstableUids;
  readonly stuck: StuckModSeqs;
  readonly remoteNames: RemoteNames;
  readonly leftOut: LeftOutMailboxes;
  #isCurrent: boolean;

  /** Makes the tables of a new database. openStore() is the way to get a Store. */
  constructor(connection: Connection, claim?: Claim) {
    this.#connection = connection;
    this.#sparse = new SparseTables(connection);
    this.mappings = new Mappings(connection);
    this.fingerprints = new Fingerprints(connection);
    this.flagsKnown = new FlagsKnown(connection, this.#sparse);
    this.refusals = new Refusals(connection, this.#sparse);
    this.transfers = new Transfers(connection, this.#sparse);
    this.lifted = new LiftedMarks(connection, this.#sparse);
    this.losses = new Losses(connection, this.#sparse);
    this.unstable = new UnstableUids(connection, this.#sparse);
    this.stuck = new StuckModSeqs(connection, this.#sparse);
    this.remoteNames = new RemoteNames(connection, this.#sparse);
    this.leftOut = new LeftOutMailboxes(connection);
    this.#isCurrent = initialise(connection);
    this.accounts = new AccountClaim(connection, claim);
    if (this.#isCurrent) this.#settle();
  }

  /** Writes a copy of it to a file that is not there yet. Throws DATABASE_READ, also where there is no room. */
  copyTo(path: string): void {
    this.#connection.copyTo(path);
  }

  /** True for a database of an older version, on which {@link upgrade} must come before anything else. */
  get needsUpgrade(): boolean {
    return !this.#isCurrent;
  }

  /**
   * To be called when both servers have proved usable: until then one may go back to the program that wrote the database.
   * Throws DELIMITER_MISMATCH or DATABASE_UPGRADE, and the database is unchanged. `mended`: of which mailboxes something was
   * dropped that cannot be, and how much.
   */
  upgrade(delimiters: PerSide<string | null>): Upgrade & { readonly mended: ReadonlyMap<string, number> } {
    const { mended, ...upgraded } = upgrade(this.#connection, delimiters);
    this.#isCurrent = true;
    this.#settle();
    const known = this.mailboxes().filter(({ idx }) => mended.has(idx));
    return { ...upgraded, mended: new Map(known.map(({ idx, name }) => [name, mended.get(idx)!])) };
  }

  /** To be asked before anything follows from what is recorded of a mailbox: something that cannot be. {@link mendRows} drops it. */
  flaw(idx: number): InterimapError | undefined {
    const found = findImpossible(this.#connection, idx, (table) => this.#sparse.mayHave(table, idx));
    return found && impossibleRow(this.#connection.path, found, found.value);
  }

  /** Returns how many entries of a mailbox were dropped because they cannot be; its messages are then matched anew. */
  mendRows(idx: number): number {
    this.#sparse.note("rounds", idx);
    return mendRows(this.#connection, idx);
  }

  /** Whether none is known: far less to read than {@link mailboxes} where there are thousands. */
  get hasNoMailboxes(): boolean {
    return this.#connection.value("SELECT 1 FROM mailboxes LIMIT 1") === undefined;
  }

  /** In the order in which they were added. */
  mailboxes(): MailboxRecord[] {
    return mailboxes(this.#connection);
  }

  /** All there is to show of each mailbox, in the same order; {@link refused} has the rest. Reads the whole mapping. */
  summaries(): MailboxSummary[] {
    return summaries(this.#connection);
  }

  /** Returns the new mailbox's idx. */
  addMailbox(name: string, subscribed: boolean): number {
    return this.#connection.run(
      "INSERT INTO mailboxes (mailbox, subscribed) VALUES (?, ?)",
      Buffer.from(name, "latin1"),
      Number(subscribed),
    );
  }

  setSubscribed(idx: number, subscribed: boolean): void {
    this.#connection.run("UPDATE mailboxes SET subscribed = ? WHERE idx = ?", Number(subscribed), idx);
  }

  /** Keeps its idx, and all that is known of it. */
  renameMailbox(idx: number, name: string): void {
    this.#connection.run("UPDATE mailboxes SET mailbox = ? WHERE idx = ?", Buffer.from(name, "latin1"), idx);
  }

  /** Of several at once, which may exchange their names. */
  renameMailboxes(renamings: readonly { readonly idx: number; readonly to: string }[]): void {
    this.transaction(() => {
      // No name that a server could have told: no level is without a name.
      for (const { idx } of renamings) this.renameMailbox(idx, `\0${String(idx)}`);
      for (const { idx, to } of renamings) this.renameMailbox(idx, to);
    });
  }

  /** Forgets the mailbox and all that is known of it. */
  removeMailbox(idx: number): void {
    this.transaction(() => {
      removeMailbox(this.#connection, idx);
    });
  }

  /** How a server tells the mailbox from others (RFC 8474), when it holds what is recorded. Undefined: it does not. */
  noteMailboxId(idx: number, side: Side, id: string | undefined): void {
    noteMailboxId(this.#connection, { idx, side }, id);
  }

  /** By idx. */
  mailboxIds(side: Side): ReadonlyMap<number, string> {
    return mailboxIds(this.#connection, side);
  }

  /**
   * Saves both states, which says that everything up to them is done on both sides, and removes the mailbox's
   * interruption marker. Message counts that are not given are forgotten: the old ones belong to the old states. Those
   * that are given say that a round is complete; it is then noted when, unless nothing has changed since the last time,
   * and suspects that were not refused are cleared: they were copied, or are gone.
   */
  checkpoint(idx: number, states: PerSide<MailboxState>, counts?: PerSide<number>): void {
    this.transaction(() => {
      const isNews = saveStates(this.#connection, idx, states);
      saveMessageCounts(this.#connection, idx, counts);
      if (counts !== undefined) {
        noteSynchronised(this.#connection, idx, isNews);
        this.transfers.forgetSettled(idx);
      }
      if (this.#sparse.mayHave("rounds", idx)) this.#connection.run("DELETE FROM rounds WHERE idx = ?", idx);
    });
  }

  /**
   * Until the next checkpoint all messages of the mailbox are to be looked at, and those without a mapping matched before
   * they are copied. What is mapped stays mapped; which flags it had counts for nothing. The states say what the servers' next news are counted from.
   */
  startOver(idx: number, states: PerSide<MailboxState>): void {
    this.#sparse.note("rounds", idx);
    this.transaction(() => {
      this.checkpoint(idx, states);
      this.flagsKnown.forget(idx);
      this.#connection.run("INSERT INTO rounds (idx, lfloor, rfloor) VALUES (?, 1, 1)", idx);
    });
  }

  /** How many messages each server reported at the last checkpoint. */
  messageCounts(idx: number): PerSide<number> | undefined {
    return messageCounts(this.#connection, idx);
  }

  /** The same of all mailboxes, by idx. */
  allMessageCounts(): ReadonlyMap<number, PerSide<number>> {
    return allMessageCounts(this.#connection);
  }

  /** Whether a round of the mailbox has ever come to its end; otherwise its states are another program's, or say nothing. */
  wasSynchronised(idx: number): boolean {
    return this.#connection.value("SELECT 1 FROM synchronised WHERE idx = ?", idx) !== undefined;
  }

  /** When all was well with any mailbox last, in ms since 1970; undefined: never. */
  latestSynchronisation(): number | undefined {
    return latestSynchronisation(this.#connection);
  }

  /** Drops all that is known of the mailbox's messages: mappings, flags and refusals. */
  forgetMessages(idx: number): void {
    this.transaction(() => {
      for (const table of tablesOfMessages) this.#connection.run(`DELETE FROM ${table} WHERE idx = ?`, idx);
      this.flagsKnown.forget(idx);
    });
  }

  /** One commit for all that `work` does, or nothing of it if it throws. May be nested; `work` cannot wait. */
  transaction<T>(work: () => T): T {
    return this.#connection.transaction(work);
  }

  /** Reads the whole file. @throws InterimapError DATABASE_READ when it is damaged. */
  check(): void {
    const { path } = this.#connection;
    const problem = this.#connection.damage();
    if (problem !== undefined) throw damagedError(path, problem);
    const tables = this.#connection.tablesWithOrphans();
    if (tables.length > 0) throw damagedError(path, `it has rows of mailboxes it does not list (${tables.join(", ")})`);
  }

  /** Unlocks the database, and leaves one file. */
  close(): void {
    this.#connection.close();
  }

  /** What changes the file's header or needs our tables waits until the database is accepted and upgraded. */
  #settle(): void {
    this.#connection.trust();
    this.#connection.useWriteAheadLog();
    this.#connection.useForeignKeys();
  }
}
