// Keeps the flags of one side: the changes still to be dealt with, reported by the view or found by asking, and the flags that
// messages are known to have. The latter show which reports are only our own changes. Both change together, so nothing else
// keeps either.

import type { FlagChange, PendingChanges } from "../../imap/mailbox/pending-changes.ts";
import { type FlagSet, noFlags, unionFlags, withoutFlags } from "../../model/flags.ts";
import { KnownFlags } from "../../model/known-flags.ts";
import { uidSetOf } from "../../model/uid-set.ts";

type Changes = ReadonlyMap<number, FlagChange>;

/** All flags of a mailbox whose server does not report which of them changed. */
export interface AllFlags {
  /** As of the last checkpoint. They stay unchanged; later changes are handled separately. */
  readonly recorded?: KnownFlags | undefined;
  /** As known now; kept up to date and recorded. */
  readonly now?: KnownFlags | undefined;
}

export class FlagLedger {
  /** What the view reports goes there. */
  readonly #pending: PendingChanges;
  /** For messages whose flags were dealt with in this session. */
  readonly #known = new Map<number, FlagSet>();
  /** As of the last checkpoint, if they are recorded for this side. */
  readonly #recorded: KnownFlags | undefined;
  #now: KnownFlags | undefined;
  /** Messages whose recorded flags do not count. */
  readonly #outdated = new Set<number>();
  #unkept = noFlags;

  constructor(pending: PendingChanges, { recorded, now }: AllFlags = {}) {
    this.#pending = pending;
    this.#recorded = recorded;
    this.#now = now;
  }

  // What all of them are.

  /** From now on, the flags of all messages seen are to be recorded. */
  keepAll(): void {
    this.#now ??= new KnownFlags();
  }

  /**
   * All that are to be recorded; undefined: none. A message whose change is still to be dealt with has what it had before, so
   * that the change is news to the next run.
   */
  settled(): KnownFlags | undefined {
    const now = this.#now;
    if (now === undefined) return undefined;
    const unknown: number[] = [];
    for (const uid of this.changedUids) {
      const before = this.present(uid);
      if (before === undefined) unknown.push(uid);
      else now.set(uid, before);
    }
    // Each time, all are gone through.
    if (unknown.length > 0) now.delete(uidSetOf(unknown));
    return now;
  }

  /** The flags of a message, news or not. */
  see(uid: number, flags: FlagSet): void {
    if (this.#now !== undefined && this.#now.get(uid) !== flags) this.#now.set(uid, flags);
  }

  /** The flags it had when last seen, if all flags are recorded. */
  seen(uid: number): FlagSet | undefined {
    return this.#now?.get(uid);
  }

  // What is to be dealt with.

  /** Takes the changes to be dealt with, without our own. */
  take(): Changes {
    const changes = this.#pending.takeChanges();
    if (this.#now !== undefined) for (const [uid, { flags }] of changes) this.see(uid, flags);
    // Usually every change is news, and there may be a million, so no copy is made then.
    if (!this.#hasEchoes(changes)) return changes;
    const news = new Map<number, FlagChange>();
    for (const [uid, change] of changes) if (this.#isNews(uid, change)) news.set(uid, change);
    return news;
  }

  /** All that was reported, of messages that are said to have vanished as well. To be called before all flags are read. */
  takeReports(): Changes {
    return this.#pending.takeAllChanges();
  }

  /** Whether {@link take} has anything to give. */
  get hasNews(): boolean {
    for (const [uid, change] of this.#pending.changes) if (this.#isNews(uid, change)) return true;
    return false;
  }

  /** The number of messages to deal with, our own changes included. */
  get count(): number {
    return this.#pending.changes.size;
  }

  /** The change of a message that is still to be dealt with, whether the message is said to have vanished or not. */
  changeOf(uid: number): FlagChange | undefined {
    return this.#pending.changeOf(uid);
  }

  /** Messages with such a change. */
  get changedUids(): readonly number[] {
    return this.#pending.changedUids;
  }

  /** A change found by asking; a later change that the server reported meanwhile stands. */
  note(uid: number, found: FlagChange): void {
    this.#pending.noteChange(uid, found);
  }

  /** The same, even if the message is known to have these flags, because the other side does not have them. */
  renew(uid: number, found: FlagChange): void {
    this.forget(uid);
    this.note(uid, found);
  }

  /**
   * A change that was dealt with, and has to be once more: with the flags that the message is known to have by now, since our
   * own change may have been carried out. What was reported since is newer.
   */
  reopen(uid: number, { flags, modSeq }: FlagChange): void {
    const now = this.known(uid) ?? flags;
    this.#known.delete(uid);
    if (this.changeOf(uid) === undefined) this.note(uid, { flags: now, modSeq });
  }

  /** Its flags are about to be read, or no longer matter: earlier reports are dropped. */
  discard(uid: number): void {
    this.forgetBase(uid);
    this.#pending.forgetChange(uid);
  }

  // What is known.

  /** The message has these flags, and so has the other side: a report of them is no news. */
  learn(uid: number, flags: FlagSet): void {
    this.#known.set(uid, flags);
    this.see(uid, flags);
  }

  /** The same, whatever was reported of it: these flags were read afterwards. */
  settle(uid: number, flags: FlagSet): void {
    this.discard(uid);
    this.learn(uid, flags);
  }

  /** Undefined if its flags have not been dealt with. */
  known(uid: number): FlagSet | undefined {
    return this.#known.get(uid);
  }

  /** What it has, or had before the change that is to be dealt with; undefined where that is not known. */
  present(uid: number): FlagSet | undefined {
    return this.known(uid) ?? this.#recordedOf(uid);
  }

  /**
   * What the message had when both sides were synchronised last, where these flags are recorded of this side: the other's had
   * the same, as far as it could.
   */
  base(uid: number): FlagSet | undefined {
    return this.#recorded && !this.#outdated.has(uid) ? this.present(uid) : undefined;
  }

  /** Whether {@link base} is known of any message. */
  get hasBase(): boolean {
    return this.#recorded !== undefined;
  }

  /** Somebody else changed it, so its present flags are news. */
  forget(uid: number): void {
    this.#known.delete(uid);
    this.forgetBase(uid);
  }

  /** Its record says nothing about the other side's message. */
  forgetBase(uid: number): void {
    if (this.#recorded !== undefined) this.#outdated.add(uid);
  }

  #recordedOf(uid: number): FlagSet | undefined {
    return this.#outdated.has(uid) ? undefined : this.#recorded?.get(uid);
  }

  /** Notes flags that the side does not keep; returns those that are new. */
  noteUnkept(flags: FlagSet): FlagSet {
    const before = this.#unkept;
    this.#unkept = unionFlags(before, flags);
    return withoutFlags(flags, before);
  }

  /** Those that were offered and not kept. */
  get unkept(): FlagSet {
    return this.#unkept;
  }

  #hasEchoes(changes: Changes): boolean {
    for (const [uid, change] of changes) if (!this.#isNews(uid, change)) return true;
    return false;
  }

  #isNews(uid: number, { flags }: FlagChange): boolean {
    return this.known(uid) !== flags;
  }
}
