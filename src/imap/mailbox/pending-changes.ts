// Changes in a mailbox that nobody has dealt with yet: the latest flags of each message, and the messages that vanished. The
// view reports them. They are taken to be dealt with, and put back if that has to be done again.

import type { FlagSet } from "../../model/flags.ts";
import {
  emptyUidSet,
  hasUid,
  intersect,
  isEmpty,
  subtract,
  type UidSet,
  UidSetBuilder,
  union,
} from "../../model/uid-set.ts";

export interface FlagChange {
  readonly flags: FlagSet;
  /** {@link noModSeq} if the server did not give one. */
  readonly modSeq: bigint;
}

export class PendingChanges {
  /** The last flags reported for each UID since they were last taken. */
  #changes = new Map<number, FlagChange>();
  /** Flags of messages that are said to have vanished: they count again if the message turns out to be there. */
  readonly #setAside = new Map<number, FlagChange>();
  #vanished: UidSet = emptyUidSet;
  /** The part of #vanished that was reported while the mailbox was selected, not by SELECT itself. */
  #vanishedLive: UidSet = emptyUidSet;
  /** Reported since the last question; kept in parts, because a server may use a hundred thousand lines. */
  #toldVanished: { readonly all: UidSetBuilder; readonly live: UidSetBuilder } | undefined;
  /** There may be changes of messages that are gone. */
  #hasStaleChanges = false;

  /** The flags were read on purpose, so an older report must not be mistaken for a later change. */
  forgetChange(uid: number): void {
    this.#changes.delete(uid);
    this.#setAside.delete(uid);
  }

  /** To be dealt with again, or found by asking; a later change reported meanwhile stands. */
  noteChange(uid: number, change: FlagChange): void {
    const told = this.changeOf(uid);
    if (told === undefined || told.modSeq <= change.modSeq) this.report(uid, change);
  }

  /** The latest word of the server. */
  report(uid: number, change: FlagChange): void {
    this.#changes.set(uid, change);
    this.#hasStaleChanges ||= this.#toldVanished !== undefined || !isEmpty(this.#vanished);
  }

  /** Changes of messages that are said to have vanished stay. */
  takeChanges(): ReadonlyMap<number, FlagChange> {
    this.#settle();
    const taken = this.#changes;
    this.#changes = new Map();
    return taken;
  }

  /** Whether the messages have vanished or not. */
  takeAllChanges(): ReadonlyMap<number, FlagChange> {
    const taken = new Map([...this.takeChanges(), ...this.#setAside]);
    this.#setAside.clear();
    return taken;
  }

  /** Without changes of messages that are said to have vanished. */
  get changes(): ReadonlyMap<number, FlagChange> {
    this.#settle();
    return this.#changes;
  }

  /** What was reported about a message, vanished or not. */
  changeOf(uid: number): FlagChange | undefined {
    return this.#changes.get(uid) ?? this.#setAside.get(uid);
  }

  /** All messages with a change, including those that are said to have vanished. */
  get changedUids(): readonly number[] {
    return [...this.#changes.keys(), ...this.#setAside.keys()];
  }

  /** An expected message is missing; `isLive`: the server said so while the mailbox was selected. */
  noteVanished(uids: UidSet, isLive = false): void {
    if (isEmpty(uids)) return;
    this.#toldVanished ??= { all: new UidSetBuilder(), live: new UidSetBuilder() };
    for (const [first, last] of uids.ranges) {
      this.#toldVanished.all.addRange(first, last);
      if (isLive) this.#toldVanished.live.addRange(first, last);
    }
    this.#hasStaleChanges = true;
  }

  get vanished(): UidSet {
    this.#settle();
    return this.#vanished;
  }

  get vanishedLive(): UidSet {
    this.#settle();
    return this.#vanishedLive;
  }

  /** Removes and returns the vanished UIDs that are in `uids`, with everything reported about their flags. */
  takeVanished(uids: UidSet): UidSet {
    const taken = this.#unvanish(uids);
    for (const uid of this.#setAside.keys()) if (hasUid(taken, uid)) this.#setAside.delete(uid);
    return taken;
  }

  /** These messages are there, whatever was reported. The reports about their flags have to be dealt with. */
  refuteVanished(uids: UidSet): void {
    const there = this.#unvanish(uids);
    for (const [uid, change] of this.#setAside) {
      if (!hasUid(there, uid)) continue;
      this.#setAside.delete(uid);
      this.#changes.set(uid, change);
    }
  }

  #unvanish(uids: UidSet): UidSet {
    this.#settle();
    const taken = intersect(this.#vanished, uids);
    this.#vanished = subtract(this.#vanished, taken);
    this.#vanishedLive = subtract(this.#vanishedLive, taken);
    return taken;
  }

  /** A vanished message is gone, whatever a FETCH before or after says about it, unless the report is refuted. */
  #settle(): void {
    if (this.#toldVanished !== undefined) {
      this.#vanished = union(this.#vanished, this.#toldVanished.all.build());
      this.#vanishedLive = union(this.#vanishedLive, this.#toldVanished.live.build());
      this.#toldVanished = undefined;
    }
    if (!this.#hasStaleChanges) return;
    this.#hasStaleChanges = false;
    for (const [uid, change] of this.#changes) {
      if (!hasUid(this.#vanished, uid)) continue;
      this.#changes.delete(uid);
      this.#setAside.set(uid, change);
    }
  }
}
