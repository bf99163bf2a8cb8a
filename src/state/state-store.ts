// What is remembered between runs, as typed queries. Every method that writes commits before it returns, unless it is
// called within transaction(). Failures are InterimapError: DATABASE_READ, or BUG for a row that breaks an invariant.

import { isSameAccount, type Account } from "../model/account.ts";
import type { InterimapError } from "../model/errors.ts";
import { noFlags, type FlagSet } from "../model/flags.ts";
import type { MailboxState } from "../model/mailbox-state.ts";
import { sides, type PerSide, type Side } from "../model/side.ts";
import { emptyUidSet, uidSetOf, type UidSet } from "../model/uid-set.ts";
import { otherAccounts, recordAccounts, recordedAccounts, type RecordedAccounts } from "./accounts.ts";
import type { Connection } from "./sqlite.ts";
import { damagedError } from "./database-error.ts";
import { mailboxes, mailboxIds, noteMailboxId, removeMailbox, saveStates, type MailboxRecord } from "./mailboxes.ts";
import {
  addMappings,
  allPairs,
  countMappings,
  mappedAmong,
  mappedUids,
  newestPairs,
  pairsOf,
  printsBetween,
  removeMappings,
  sequenceSample,
  setPrints,
  type NewestWanted,
  type NewPair,
  type PrintedPair,
  type Prints,
  type SampleWanted,
} from "./mapping.ts";
import { earlierStocks, forgetStock, noteEmptied, noteStock, wasEmptied } from "./losses.ts";
import { mendRows } from "./mend-rows.ts";
import { impossibleRow } from "./read-values.ts";
import { findImpossible, isImpossible } from "./row-rules.ts";
import { recordRefused, refused, type Refusal, type RefusedMessage } from "./refused.ts";
import { recordRefusedChanges, refusedChanges, type ChangeRefusal, type RefusedChange } from "./refused-changes.ts";
import { SparseTables } from "./sparse-tables.ts";
import { noteSynchronised, summaries, type MailboxSummary } from "./summaries.ts";
import { hasAccounts, initialise, upgrade, type Upgrade } from "./upgrade.ts";
import { forgetExpired, noteConfirmed, noteSent, renewUnconfirmed, unconfirmed } from "./unconfirmed.ts";
import { noteUnkept, unkept, type Unkept } from "./unkept.ts";
import { recordWait, waits, type Wait } from "./waits.ts";

/** Of a mailbox into which messages are about to be copied: the UIDs from which on these may be. */
export interface Mark {
  readonly idx: number;
  readonly floors: PerSide<number>;
}

/** Whose mail is going to be synchronised. */
export interface Claim {
  readonly accounts: PerSide<Account>;
  /** They are those that the database is about, by the user's word, whatever it says. */
  readonly areTheSame: boolean;
  /** They may be, as far as names go. */
  readonly doubt?: Doubt;
}

/** Of accounts that are to be compared with what is recorded before anything follows from it. */
export interface Doubt {
  readonly sides: readonly Side[];
  /** To be thrown when the servers do not show that they are the same. */
  readonly error: InterimapError;
}

/** Accounts that others took the place of. */
export type Replaced = Partial<PerSide<{ readonly before: Account; readonly now: Account }>>;

export class Store {
  readonly #connection: Connection;
  readonly #sparse: SparseTables;
  #isCurrent: boolean;
  /** To be recorded once the servers have let us in. */
  #unrecorded:
    | { readonly accounts: PerSide<Account>; readonly recorded: RecordedAccounts; readonly doubt: Doubt | undefined }
    | undefined;

  /** Makes the tables of a new database. openStore() is the way to get a Store. */
  constructor(connection: Connection, claim?: Claim) {
    this.#connection = connection;
    this.#sparse = new SparseTables(connection);
    this.#isCurrent = initialise(connection);
    if (claim !== undefined) this.#claim(claim);
    if (this.#isCurrent) this.#settle();
  }

  #claim({ accounts, areTheSame, doubt }: Claim): void {
    const { recorded, error } = this.#compare(accounts);
    if (error !== undefined && !areTheSame && doubt === undefined) throw error;
    const isComplete = sides.every((side) => recorded[side] !== undefined);
    if (error !== undefined || !isComplete) this.#unrecorded = { accounts, recorded, doubt };
  }

  /** What has to be found out before {@link upgrade} and {@link recordAccounts}; mostly nothing. */
  get doubt(): Doubt | undefined {
    return this.#unrecorded?.doubt;
  }

  /** @throws InterimapError OTHER_ACCOUNTS when the database is about others than these, or DATABASE_READ. */
  requireAccounts(accounts: PerSide<Account>): void {
    const { error } = this.#compare(accounts);
    if (error !== undefined) throw error;
  }

  /**
   * To be called when both servers have let us in and told of their mailboxes: from now on the database is about the accounts for
   * which it was opened. Returns those that it was about before, and that these take the place of.
   */
  recordAccounts(): Replaced {
    if (this.#unrecorded === undefined) return {};
    const { accounts, recorded } = this.#unrecorded;
    this.#unrecorded = undefined;
    recordAccounts(this.#connection, accounts);
    const replaced = sides.flatMap((side) => {
      const [before, now] = [recorded[side], accounts[side]];
      return before === undefined || isSameAccount(before, now) ? [] : [[side, { before, now }] as const];
    });
    return Object.fromEntries(replaced);
  }

  #compare(accounts: PerSide<Account>): { readonly recorded: RecordedAccounts; readonly error?: InterimapError } {
    if (!this.#isCurrent && !hasAccounts(this.#connection)) return { recorded: {} };
    const { recorded, flaw } = recordedAccounts(this.#connection);
    const error = flaw ?? otherAccounts(this.#connection.path, recorded, accounts);
    return { recorded, ...(error !== undefined && { error }) };
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
  checkpoint(idx: number, states: PerSide<MailboxState>, messageCounts?: PerSide<number>): void {
    this.transaction(() => {
      const isNews = saveStates(this.#connection, idx, states);
      if (messageCounts === undefined) this.#connection.run("DELETE FROM message_counts WHERE idx = ?", idx);
      else {
        const { local, remote } = messageCounts;
        this.#connection.run(
          `INSERT INTO message_counts (idx, local, remote) VALUES (?, ?, ?)
           ON CONFLICT (idx) DO UPDATE SET local = excluded.local, remote = excluded.remote`,
          ...[idx, local, remote],
        );
        noteSynchronised(this.#connection, idx, isNews);
        this.#forgetSettled(idx);
      }
      if (this.#sparse.mayHave("rounds", idx)) this.#connection.run("DELETE FROM rounds WHERE idx = ?", idx);
    });
  }

  #forgetSettled(idx: number): void {
    if (this.#sparse.mayHave("suspects", idx))
      this.#connection.run(
        `DELETE FROM suspects WHERE idx = ? AND NOT EXISTS (SELECT 1 FROM refused
           WHERE refused.idx = suspects.idx AND refused.side = suspects.side AND refused.UID = suspects.UID)`,
        idx,
      );
    if (this.#sparse.mayHave("misread", idx))
      this.#connection.run(
        `DELETE FROM misread WHERE idx = ? AND NOT EXISTS (SELECT 1 FROM suspects
           WHERE suspects.idx = misread.idx AND suspects.side = misread.side)`,
        idx,
      );
    if (this.#sparse.mayHave("unconfirmed", idx)) forgetExpired(this.#connection, idx);
  }

  /**
   * Until the next checkpoint all messages of the mailbox are to be looked at, and those without a mapping matched before
   * they are copied. What is mapped stays mapped. The states say what the servers' next news are counted from.
   */
  startOver(idx: number, states: PerSide<MailboxState>): void {
    this.#sparse.note("rounds", idx);
    this.transaction(() => {
      this.checkpoint(idx, states);
      this.#connection.run("INSERT INTO rounds (idx, lfloor, rfloor) VALUES (?, 1, 1)", idx);
    });
  }

  /** The side gives the mailbox the same HIGHESTMODSEQ, whatever happens in it. */
  setStuck(idx: number, side: Side, isStuck: boolean): void {
    if (isStuck) {
      this.#sparse.note("stuck", idx);
      this.#connection.run("INSERT OR IGNORE INTO stuck (idx, side) VALUES (?, ?)", idx, side);
    } else if (this.#sparse.mayHave("stuck", idx))
      this.#connection.run("DELETE FROM stuck WHERE idx = ? AND side = ?", idx, side);
  }

  isStuck(idx: number, side: Side): boolean {
    if (!this.#sparse.mayHave("stuck", idx)) return false;
    return this.#connection.value("SELECT 1 FROM stuck WHERE idx = ? AND side = ?", idx, side) !== undefined;
  }

  /** How many messages each server reported at the last checkpoint. */
  messageCounts(idx: number): PerSide<number> | undefined {
    return this.#connection.row(
      `SELECT local, remote FROM message_counts WHERE idx = ? AND NOT ${isImpossible("message_counts")}`,
      idx,
    );
  }

  /** The same of all mailboxes, by idx. */
  allMessageCounts(): ReadonlyMap<number, PerSide<number>> {
    const rows = this.#connection.rows<PerSide<number> & { readonly idx: number }>(
      `SELECT idx, local, remote FROM message_counts WHERE NOT ${isImpossible("message_counts")}`,
    );
    return new Map(rows.map(({ idx, local, remote }) => [idx, { local, remote }]));
  }

  /**
   * Notes that copies with UIDs at or above the floors may exist without a mapping row, until the next checkpoint of their
   * mailbox. The one commit that waits for the disk: what follows may be lost with the power, this says that it may.
   * A marker that an interrupted round left behind keeps its floor where that is lower.
   */
  markInterruptible(marks: readonly Mark[]): void {
    this.#connection.durably(() => {
      for (const { idx, floors } of marks) {
        this.#sparse.note("rounds", idx);
        this.#connection.run(
          `INSERT INTO rounds (idx, lfloor, rfloor) VALUES (?, ?, ?) ON CONFLICT (idx) DO UPDATE
           SET lfloor = min(lfloor, excluded.lfloor), rfloor = min(rfloor, excluded.rfloor)`,
          ...[idx, floors.local, floors.remote],
        );
      }
    });
  }

  /** The floors given to {@link markInterruptible}, if no checkpoint followed. */
  interruption(idx: number): PerSide<number> | undefined {
    if (!this.#sparse.mayHave("rounds", idx)) return undefined;
    const sql = `SELECT lfloor AS local, rfloor AS remote FROM rounds WHERE idx = ? AND NOT ${isImpossible("rounds")}`;
    return this.#connection.row(sql, idx);
  }

  /** Whether a round of the mailbox has ever come to its end; otherwise its states are another program's, or say nothing. */
  wasSynchronised(idx: number): boolean {
    return this.#connection.value("SELECT 1 FROM synchronised WHERE idx = ?", idx) !== undefined;
  }

  /** All or none. */
  addMappings(idx: number, pairs: readonly NewPair[]): void {
    addMappings(this.#connection, idx, pairs);
  }

  /**
   * The rows with the highest local UIDs, so many, and those with the highest remote ones unless the highest of all is among
   * them; ascending by local UID, with what their messages look like.
   */
  newestPairs(idx: number, wanted: NewestWanted): PrintedPair[] {
    return newestPairs(this.#connection, idx, wanted);
  }

  /** By local UID, what the messages of these rows look like; the pairs are in ascending order. */
  printsOf(idx: number, pairs: readonly PerSide<number>[]): ReadonlyMap<number, Prints> {
    const [first, last] = [pairs[0], pairs.at(-1)];
    if (first === undefined || last === undefined) return new Map();
    return printsBetween(this.#connection, idx, [first.local, last.local]);
  }

  /** Of rows that exist. All or none. */
  setPrints(idx: number, pairs: readonly PrintedPair[]): void {
    if (pairs.length > 0) setPrints(this.#connection, idx, pairs);
  }

  /** All or none; UIDs without a row are passed over. */
  removeMappings(idx: number, localUids: readonly number[]): void {
    removeMappings(this.#connection, idx, localUids);
  }

  /** Drops all that is known of the mailbox's messages: mappings and refusals. */
  forgetMessages(idx: number): void {
    this.transaction(() => {
      this.#connection.run("DELETE FROM mapping WHERE idx = ?", idx);
      this.#connection.run("DELETE FROM refused WHERE idx = ?", idx);
      this.#connection.run("DELETE FROM refused_changes WHERE idx = ?", idx);
      this.#connection.run("DELETE FROM waits WHERE idx = ?", idx);
      this.#connection.run("DELETE FROM suspects WHERE idx = ?", idx);
      this.#connection.run("DELETE FROM misread WHERE idx = ?", idx);
      this.#connection.run("DELETE FROM stuck WHERE idx = ?", idx);
      this.#connection.run("DELETE FROM unkept WHERE idx = ?", idx);
      this.#connection.run("DELETE FROM unconfirmed WHERE idx = ?", idx);
    });
  }

  /** All mapping rows, so many at a time, ascending by local UID. */
  allPairs(idx: number, sliceSize: number): Generator<PerSide<number>[], void, undefined> {
    return allPairs(this.#connection, idx, sliceSize);
  }

  /** Mapping rows whose UID on `side` is in the set, ascending by that UID. */
  pairsOf(idx: number, side: Side, uids: UidSet): PerSide<number>[] {
    return pairsOf(this.#connection, { idx, side }, uids);
  }

  /** UIDs ≥ `from` on `side` that have a mapping row. */
  mappedUids(idx: number, side: Side, from = 1): UidSet {
    return mappedUids(this.#connection, { idx, side }, from);
  }

  /** Those of the UIDs on `side` that have a mapping row. */
  mappedAmong(idx: number, side: Side, uids: UidSet): UidSet {
    return mappedAmong(this.#connection, { idx, side }, uids);
  }

  /** How many messages of all mailboxes are mapped. */
  countAllMappings(): number {
    return this.#connection.value<number>("SELECT count(*) FROM mapping")!;
  }

  /** How many mapping rows a mailbox has. */
  countMappings(idx: number): number {
    return countMappings(this.#connection, idx);
  }

  /**
   * Sequence match data for QRESYNC (RFC 7162 3.2.5.2): of the n mapped UIDs < `below`, those of rank n/2, 3n/4, 7n/8
   * and so on, and n, ascending, at most `limit`. Ranks count from 1: sequence numbers, if every message is mapped.
   * `count` is n, which takes a while to count.
   */
  sequenceSample(idx: number, side: Side, wanted: SampleWanted): [sequence: number, uid: number][] {
    return sequenceSample(this.#connection, { idx, side }, wanted);
  }

  /** Counts one more attempt, and takes over the new reason, if the message is known. */
  recordRefused(idx: number, refusal: Refusal, at = new Date()): void {
    this.#sparse.note("refused", idx);
    recordRefused(this.#connection, { idx, ...refusal }, at);
  }

  /** Of one mailbox, or of all. */
  refused(idx?: number): RefusedMessage[] {
    if (idx !== undefined && !this.#sparse.mayHave("refused", idx)) return [];
    return refused(this.#connection, idx);
  }

  /** All or none; counts one more attempt, and takes over the new reason, of those that are known. */
  recordRefusedChanges(idx: number, refusal: ChangeRefusal): void {
    this.#sparse.note("refused_changes", idx);
    this.transaction(() => {
      recordRefusedChanges(this.#connection, { idx, ...refusal });
    });
  }

  /** Of one mailbox, or of all. */
  refusedChanges(idx?: number): RefusedChange[] {
    if (idx !== undefined && !this.#sparse.mayHave("refused_changes", idx)) return [];
    return refusedChanges(this.#connection, idx);
  }

  /** All or none. */
  clearRefusedChanges(idx: number, side: Side, uids: readonly number[]): void {
    this.transaction(() => {
      for (const uid of uids)
        this.#connection.run("DELETE FROM refused_changes WHERE idx = ? AND side = ? AND UID = ?", idx, side, uid);
    });
  }

  /** Since when is kept, if the messages wait already. */
  recordWait(wait: Wait): void {
    this.#sparse.note("waits", wait.idx);
    recordWait(this.#connection, wait);
  }

  /** Of one mailbox, or of all. */
  waits(idx?: number): Wait[] {
    if (idx !== undefined && !this.#sparse.mayHave("waits", idx)) return [];
    return waits(this.#connection, idx);
  }

  /** In place of what was noted before. */
  noteUnkept(idx: number, side: Side, flags: FlagSet): void {
    if (flags === noFlags && !this.#sparse.mayHave("unkept", idx)) return;
    this.#sparse.note("unkept", idx);
    noteUnkept(this.#connection, { idx, side, flags });
  }

  /** Of one mailbox, or of all. */
  unkept(idx?: number): Unkept[] {
    if (idx !== undefined && !this.#sparse.mayHave("unkept", idx)) return [];
    return unkept(this.#connection, idx);
  }

  clearWait(idx: number, side: Side): void {
    this.#connection.run("DELETE FROM waits WHERE idx = ? AND side = ?", idx, side);
  }

  /** Messages of `side` are about to be appended to the other one. */
  noteSent(idx: number, side: Side, uids: UidSet): void {
    this.#sparse.note("unconfirmed", idx);
    this.transaction(() => {
      noteSent(this.#connection, { idx, side }, uids);
    });
  }

  /** Each of them was taken once; or it is known that it was not. */
  noteConfirmed(idx: number, side: Side, uids: UidSet): void {
    if (!this.#sparse.mayHave("unconfirmed", idx)) return;
    this.transaction(() => {
      noteConfirmed(this.#connection, { idx, side }, uids);
    });
  }

  /** What was sent before counts as sent now: it was not known until now that nobody waits for the answer. */
  renewUnconfirmed(idx: number): void {
    if (this.#sparse.mayHave("unconfirmed", idx)) renewUnconfirmed(this.#connection, idx);
  }

  /**
   * Messages of `side` that were sent within the last hour and not confirmed: copies of them may come. Those of which two
   * may come are in the second set, too, and so on.
   */
  unconfirmed(idx: number, side: Side): UidSet[] {
    return this.#sparse.mayHave("unconfirmed", idx) ? unconfirmed(this.#connection, { idx, side }) : [];
  }

  /** Messages in whose transfer from `side` a connection died, until a checkpoint finds that they are no longer missing. */
  suspects(idx: number, side: Side): UidSet {
    if (!this.#sparse.mayHave("suspects", idx)) return emptyUidSet;
    const sql = `SELECT UID FROM suspects WHERE idx = ? AND side = ? AND NOT ${isImpossible("suspects")} ORDER BY UID`;
    return uidSetOf(this.#connection.rows<{ UID: number }>(sql, idx, side).map(({ UID }) => UID));
  }

  /** The idx of each mailbox that has any. */
  mailboxesWithSuspects(): Set<number> {
    const rows = this.#connection.rows<{ idx: number }>("SELECT DISTINCT idx FROM suspects");
    return new Set(rows.map(({ idx }) => idx));
  }

  /** All or none. */
  addSuspects(idx: number, side: Side, uids: readonly number[]): void {
    this.#sparse.note("suspects", idx);
    this.transaction(() => {
      for (const uid of uids) {
        this.#connection.run("INSERT OR IGNORE INTO suspects (idx, side, UID) VALUES (?, ?, ?)", idx, side, uid);
      }
    });
  }

  /** The other server did not understand a command with messages of `side`, which are suspects. */
  noteMisread(idx: number, side: Side): void {
    this.#sparse.note("misread", idx);
    this.#connection.run("INSERT OR IGNORE INTO misread (idx, side) VALUES (?, ?)", idx, side);
  }

  /** Whether that holds for any mailbox, until a checkpoint finds that it has no suspects any more. */
  hasMisread(side: Side): boolean {
    if (this.#sparse.mailboxesIn("misread").size === 0) return false;
    return this.#connection.value("SELECT 1 FROM misread WHERE side = ? LIMIT 1", side) !== undefined;
  }

  clearRefused(idx: number, side: Side, uid: number): void {
    this.#connection.run("DELETE FROM refused WHERE idx = ? AND side = ? AND UID = ?", idx, side, uid);
  }

  /** Messages are about to be deleted from a mailbox that has so many on both sides. */
  noteStock(idx: number, known: number): void {
    this.#sparse.note("stocks", idx);
    this.transaction(() => {
      noteStock(this.#connection, idx, known);
    });
  }

  /** By idx: how many messages each mailbox had before the first deletion of the last 24 hours. */
  earlierStocks(): ReadonlyMap<number, number> {
    return earlierStocks(this.#connection);
  }

  forgetStock(idx: number): void {
    forgetStock(this.#connection, idx);
  }

  /** The mailbox is losing nearly everything, and may. */
  noteEmptied(idx: number): void {
    this.#sparse.note("emptied", idx);
    noteEmptied(this.#connection, idx);
  }

  /** Whether that happened within the last month. */
  wasEmptied(idx: number): boolean {
    return wasEmptied(this.#connection, idx);
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
    if (tables.length > 0) throw damagedError(path, `rows for mailboxes it does not have (${tables.join(", ")})`);
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
