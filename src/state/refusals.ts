// What servers refused or postponed: messages, deletions, flags, and the new messages of whole mailboxes.

import { type FlagSet, noFlags } from "../model/flags.ts";
import type { Side } from "../model/side.ts";
import { recordRefused, type Refusal, refused, type RefusedMessage } from "./refused.ts";
import { type ChangeRefusal, recordRefusedChanges, type RefusedChange, refusedChanges } from "./refused-changes.ts";
import type { SparseTables } from "./sparse-tables.ts";
import type { Connection } from "./sqlite.ts";
import { noteUnkept, type Unkept, unkept } from "./unkept.ts";
import { recordWait, type Wait, waits } from "./waits.ts";

export class Refusals {
  readonly #connection: Connection;
  readonly #sparse: SparseTables;

  constructor(connection: Connection, sparse: SparseTables) {
    this.#connection = connection;
    this.#sparse = sparse;
  }

  /** Counts one more attempt, and takes over the new reason, if the message is known. */
  recordMessage(idx: number, refusal: Refusal, at = new Date()): void {
    this.#sparse.note("refused", idx);
    recordRefused(this.#connection, { idx, ...refusal }, at);
  }

  /** Of one mailbox, or of all. */
  messages(idx?: number): RefusedMessage[] {
    if (idx !== undefined && !this.#sparse.mayHave("refused", idx)) return [];
    return refused(this.#connection, idx);
  }

  clearMessage(idx: number, side: Side, uid: number): void {
    this.#connection.run("DELETE FROM refused WHERE idx = ? AND side = ? AND UID = ?", idx, side, uid);
  }

  /** All or none; counts one more attempt, and takes over the new reason, of those that are known. */
  recordChanges(idx: number, refusal: ChangeRefusal): void {
    this.#sparse.note("refused_changes", idx);
    this.#connection.transaction(() => {
      recordRefusedChanges(this.#connection, { idx, ...refusal });
    });
  }

  /** Of one mailbox, or of all. */
  changes(idx?: number): RefusedChange[] {
    if (idx !== undefined && !this.#sparse.mayHave("refused_changes", idx)) return [];
    return refusedChanges(this.#connection, idx);
  }

  /** All or none. */
  clearChanges(idx: number, side: Side, uids: readonly number[]): void {
    this.#connection.transaction(() => {
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

  clearWait(idx: number, side: Side): void {
    this.#connection.run("DELETE FROM waits WHERE idx = ? AND side = ?", idx, side);
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
}
