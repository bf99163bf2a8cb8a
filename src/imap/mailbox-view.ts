// The selected mailbox as its server describes it, and what changed in it that nobody has dealt with yet.
// The read path only records here; what to do about it is decided by sync/.

import { flagSet, noFlags, permanentFlags, type FlagSet, type PermanentFlags } from "../model/flags.ts";
import type { Observation } from "../model/mailbox-state.ts";
import { laterModSeq, readModSeq } from "../model/mod-seq.ts";
import type { Side } from "../model/side.ts";
import {
  countUids,
  emptyUidSet,
  hasUid,
  intersect,
  isEmpty,
  subtract,
  UidSetBuilder,
  uidSetOf,
  uidsOf,
  union,
  type UidSet,
} from "../model/uid-set.ts";
import { readNonZero, readObjectId } from "./codec/wire-values.ts";
import type {
  FetchResponse,
  ResponseCode,
  UnreadableResponse,
  UntaggedResponse,
  VanishedResponse,
} from "./responses.ts";
import { mailboxProtocol, notUnderstood } from "./unreadable.ts";

export interface FlagChange {
  readonly flags: FlagSet;
  /** 0n when the server did not say. */
  readonly modSeq: bigint;
}

export class MailboxView {
  /** Raw octets, as the server knows it. */
  readonly wireName: string;
  exists = 0;
  /** What `exists` was when select() was answered: as old as the other numbers that it told. */
  existedWhenSelected = 0;
  /** Each that was told whenever it was selected; "" for one that cannot be. */
  readonly #mailboxIds = new Set<string>();
  /** Messages vanished since: as many may be there as before, and others. */
  hasShrunk = false;
  uidValidity = 0;
  uidNext = 0;
  highestModSeq = 0n;
  /** Undefined: the server said neither HIGHESTMODSEQ nor NOMODSEQ. */
  hasModSeqs: boolean | undefined;
  /** The server told a mod-sequence of a message that is none: what changes there cannot be told by mod-sequences. */
  hasUnknownModSeqs = false;
  /** The highest that was told of any message. */
  latestModSeq = 0n;
  /** HIGHESTMODSEQ as answers to other commands than SELECT and STATUS told it (RFC 7162 3.2.8, 3.2.9). */
  #confirmedModSeq = 0n;
  /** Since select() was answered, flags were announced without a mod-sequence (RFC 7162 3.2.4 wants one). */
  hasUnstampedNews = false;
  /** What select() was answered. */
  whenSelected: Observation = this.observe();
  hasStickyUids = true;
  isReadOnly = false;
  /** Selected again, it had another UIDVALIDITY: it is not the same mailbox any more. */
  isReplaced = false;
  /** The server left a mailbox that it had refused to select: what it told of that one has been taken for this one's. */
  isOfTwo = false;
  /** Until the server says otherwise every flag can be stored (RFC 3501 7.1). */
  permanentFlags: PermanentFlags = permanentFlags(undefined);

  /** Flags that changed up to this one are known. */
  readonly #knownModSeq: bigint;
  /** Last flags reported for each UID since they were last taken. */
  #changes = new Map<number, FlagChange>();
  /** Of messages that are said to have vanished: they count again when it turns out that the message is there. */
  readonly #setAside = new Map<number, FlagChange>();
  #latest: FlagChange = { flags: noFlags, modSeq: 0n };
  /** Messages of which something was announced that could not be read, or came late; and what was wrong with it. */
  readonly #unread = new Map<number, string>();
  /** Messages that were among them: what is told next is believed. */
  readonly #askedAgain = new Set<number>();
  #vanished: UidSet = emptyUidSet;
  /** The part of #vanished that was reported while the mailbox was selected, not by SELECT itself. */
  #vanishedLive: UidSet = emptyUidSet;
  /** What was reported since they were last asked for: a server may say it in a hundred thousand lines. */
  #toldVanished: { readonly all: UidSetBuilder; readonly live: UidSetBuilder } | undefined;
  /** Changes may have been told of messages that are gone. */
  #hasStaleChanges = false;
  /** The first thing the server said of the mailbox that cannot be. */
  #fault: string | undefined;
  /** Mod-sequences of messages that changed since SELECT, our own STOREs included. */
  readonly #modSeqs = new Map<number, bigint>();

  constructor(wireName: string, knownModSeq = 0n) {
    this.wireName = wireName;
    this.#knownModSeq = knownModSeq;
  }

  /** Takes an untagged response nobody else claimed. */
  receive(response: UntaggedResponse): void {
    switch (response.kind) {
      case "exists":
        this.exists = response.count;
        break;
      case "vanished":
        this.#vanish(response);
        break;
      case "fetch":
        this.noteFetch(response);
        break;
      case "flags":
        this.#describeFlags({ defined: new Set(response.flags.map((flag) => flag.toLowerCase())) });
        break;
      case "expunge":
        // RFC 7162 3.2.10: once QRESYNC is enabled, removals are told as VANISHED only.
        this.noteFault("the server sent EXPUNGE although QRESYNC is enabled");
        break;
      case "unreadable":
        this.#noteUnreadable(response);
        break;
      case "status":
        if (response.code !== undefined) this.noteCode(response.code);
        break;
      default:
    }
  }

  /** Records flags and mod-sequence of a FETCH response as a change to deal with, unless the message is gone. */
  noteFetch(response: FetchResponse): void {
    const { uid, flags, modSeq } = response;
    this.noteModSeq(modSeq);
    if (uid === undefined) {
      if (flags === undefined && modSeq === undefined) return;
      // RFC 7162 3.2.4: with QRESYNC enabled every unsolicited FETCH carries the UID.
      this.noteFault("the server sent a FETCH without UID although QRESYNC is enabled");
      return;
    }
    const isAskedAgain = this.#askedAgain.delete(uid);
    const known = isAskedAgain ? 0n : this.modSeqOf(uid);
    if (isMisplaced(response) || (!isAskedAgain && flags !== undefined && this.#isLate(modSeq ?? 0n, known))) {
      // Whose flags they are, and whether others came after them, is asked before a checkpoint.
      this.#unread.set(uid, `what the server told of UID ${String(uid)} came late, or is about another message`);
      return;
    }
    if (this.#unread.size > 0) this.#unread.delete(uid);
    // Of a million messages that one command changed, all share one value.
    const change = this.#sameAsBefore({ flags: flags === undefined ? noFlags : flagSet(flags), modSeq: modSeq ?? 0n });
    if (change.modSeq > known) this.#modSeqs.set(uid, change.modSeq);
    if (flags !== undefined) this.#note(uid, change);
  }

  /** Mod-sequences only grow (RFC 7162 3.1): the flags are older than those that are known, or too much was told before. */
  #isLate(modSeq: bigint, known: bigint): boolean {
    return modSeq > 0n && (modSeq <= this.#knownModSeq || modSeq < known);
  }

  /** Of any message, whoever asked for it. */
  noteModSeq(modSeq: bigint | undefined): void {
    if (modSeq === undefined) return;
    if (modSeq === 0n) this.hasUnknownModSeqs = true;
    else if (modSeq > this.latestModSeq) this.latestModSeq = modSeq;
  }

  /** Flags came without a mod-sequence, and were not asked for. */
  noteUnstamped(): void {
    this.hasUnstampedNews ||= this.whenSelected.uidValidity > 0;
  }

  /** To ask for any is an error (RFC 7162 3.1.2.2), or of no use. False before the mailbox is selected. */
  get lacksModSeqs(): boolean {
    return this.hasModSeqs === false || (this.hasModSeqs === true && this.highestModSeq === 0n);
  }

  observe(): Observation {
    const { uidValidity, uidNext, highestModSeq, exists: messages, latestModSeq } = this;
    return { uidValidity, uidNext, highestModSeq, messages, latestModSeq };
  }

  /** What the server says of the mailbox is not to be relied on any more. */
  noteFault(message: string): void {
    this.#fault ??= message;
  }

  /**
   * To be asked before anything is done, or recorded, that relies on what the view says.
   * @throws InterimapError MAILBOX_PROTOCOL when the server said something that cannot be read, or cannot be.
   */
  requireReadable(side: Side): void {
    if (this.isOfTwo) throw mailboxProtocol("the server left a mailbox ([CLOSED]) that it had refused to select", side);
    if (this.#fault !== undefined) throw mailboxProtocol(this.#fault, side);
  }

  #noteUnreadable({ about, uid, line }: UnreadableResponse): void {
    // Of flags only those that the mailbox knows; lists and states are not of this mailbox.
    if (about === "flags" || about === "list" || about === "status") return;
    if (about === "fetch" && uid !== undefined) this.#unread.set(uid, notUnderstood(line));
    else this.noteFault(notUnderstood(line));
  }

  /** Messages whose flags are to be asked for again, because what was announced could not be read or came late. */
  takeUnread(): UidSet {
    const taken = subtract(uidSetOf(this.#unread.keys()), this.vanished);
    for (const uid of uidsOf(taken)) {
      this.#unread.delete(uid);
      this.#askedAgain.add(uid);
    }
    return taken;
  }

  /**
   * To be asked before messages that a FETCH does not tell of are taken for gone.
   * @throws InterimapError MAILBOX_PROTOCOL when something was told of one of them that could not be read, or came late.
   */
  requireRead(uids: UidSet, side: Side): void {
    for (const [uid, reason] of this.#unread) if (hasUid(uids, uid)) throw mailboxProtocol(reason, side);
  }

  #sameAsBefore(change: FlagChange): FlagChange {
    const { flags, modSeq } = this.#latest;
    if (change.flags !== flags || change.modSeq !== modSeq) this.#latest = change;
    return this.#latest;
  }

  /** The flags were read on purpose: an older report of them must not be mistaken for a later change. */
  forgetChange(uid: number): void {
    this.#changes.delete(uid);
    this.#setAside.delete(uid);
  }

  /** To be dealt with again, or learnt by asking; a later change that the server told of meanwhile stands. */
  noteChange(uid: number, change: FlagChange): void {
    const told = this.changeOf(uid);
    if (told === undefined || told.modSeq <= change.modSeq) this.#note(uid, change);
  }

  #note(uid: number, change: FlagChange): void {
    this.#changes.set(uid, change);
    this.#hasStaleChanges ||= this.#toldVanished !== undefined || !isEmpty(this.#vanished);
  }

  /** Those of messages that are said to have vanished stay. */
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

  /** Without those of messages that are said to have vanished. */
  get changes(): ReadonlyMap<number, FlagChange> {
    this.#settle();
    return this.#changes;
  }

  /** What was told of a message, whether it has vanished or not. */
  changeOf(uid: number): FlagChange | undefined {
    return this.#changes.get(uid) ?? this.#setAside.get(uid);
  }

  /** All messages with a change, those that are said to have vanished included. */
  get changedUids(): readonly number[] {
    return [...this.#changes.keys(), ...this.#setAside.keys()];
  }

  /** Flags with this mod-sequence were dealt with in an earlier run, or have been told since. */
  isNoNews(uid: number, { modSeq }: FlagChange): boolean {
    return modSeq > 0n && (modSeq <= this.#knownModSeq || modSeq <= this.modSeqOf(uid));
  }

  /** Everything up to this mod-sequence has been reported, as STATUS and a NOOP behind it showed. */
  noteHighestModSeq(modSeq: bigint): void {
    if (modSeq > this.highestModSeq) this.highestModSeq = modSeq;
  }

  /** `modSeq`: as the tagged answer to a command that removes messages had it. */
  noteConfirmedModSeq(modSeq: bigint): void {
    if (modSeq > this.#confirmedModSeq) this.#confirmedModSeq = modSeq;
  }

  /** Up to this one, HIGHESTMODSEQ is borne out by something else than the answer to a single STATUS. */
  get provenModSeq(): bigint {
    return [this.latestModSeq, this.#confirmedModSeq].reduce(laterModSeq, this.whenSelected.highestModSeq);
  }

  /** A message that was expected turned out to be missing. */
  noteVanished(uids: UidSet): void {
    this.#tellVanished(uids, false);
  }

  get vanished(): UidSet {
    this.#settle();
    return this.#vanished;
  }

  get vanishedLive(): UidSet {
    this.#settle();
    return this.#vanishedLive;
  }

  /** Removes from the record, and returns, the vanished UIDs that are in `uids`; with all that was told of them. */
  takeVanished(uids: UidSet): UidSet {
    const taken = this.#unvanish(uids);
    for (const told of [this.#setAside, this.#unread])
      for (const uid of told.keys()) if (hasUid(taken, uid)) told.delete(uid);
    return taken;
  }

  /** These messages are there, whatever was reported. What was told of their flags is to be dealt with. */
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

  /** 0n when the message has not changed since SELECT. */
  modSeqOf(uid: number): bigint {
    return this.#modSeqs.get(uid) ?? 0n;
  }

  #vanish({ uids, earlier }: VanishedResponse): void {
    this.#tellVanished(uids, !earlier);
    // RFC 7162 3.2.10: EXISTS is not repeated after VANISHED without (EARLIER).
    if (earlier) return;
    this.exists = Math.max(0, this.exists - countUids(uids));
    this.hasShrunk = true;
  }

  #tellVanished(uids: UidSet, isLive: boolean): void {
    if (isEmpty(uids)) return;
    this.#toldVanished ??= { all: new UidSetBuilder(), live: new UidSetBuilder() };
    for (const [first, last] of uids.ranges) {
      this.#toldVanished.all.addRange(first, last);
      if (isLive) this.#toldVanished.live.addRange(first, last);
    }
    this.#hasStaleChanges = true;
  }

  /** A message that vanished is gone, whatever a FETCH before or behind said about it; unless the report is refuted. */
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

  /** The server would not create these keywords, whatever it said: they are not to be offered again. */
  refuseKeywords(keywords: FlagSet): void {
    const refused = [...(this.permanentFlags.refused ?? []), ...keywords.flags.map((flag) => flag.toLowerCase())];
    this.#describeFlags({ refused: new Set(refused) });
  }

  #describeFlags(news: Partial<PermanentFlags>): void {
    this.permanentFlags = { ...this.permanentFlags, ...news };
  }

  /** What the server tells this mailbox from others by (RFC 8474 4.2); undefined where it told none, or several. */
  get mailboxId(): string | undefined {
    const [id, ...others] = this.#mailboxIds;
    return others.length > 0 || id === "" ? undefined : id;
  }

  #noteUidValidity(told: number): void {
    if (this.uidValidity === 0) this.uidValidity = told;
    else if (told !== this.uidValidity) this.isReplaced = true;
  }

  /** Undefined for 0, which tells nothing. */
  #numberIn(code: ResponseCode): number | undefined {
    const digits = code.text.trim();
    const told = readNonZero(digits);
    if (told === undefined && !/^0+$/.test(digits)) this.#noteOddCode(code);
    return told;
  }

  /** Its text is left out: whatever it is, it is not for people. */
  #noteOddCode({ name }: ResponseCode): void {
    this.noteFault(`the server sent an invalid ${name}`);
  }

  /** Response codes describe the mailbox in untagged OKs and in the tagged answer to SELECT alike. */
  noteCode(code: ResponseCode): void {
    switch (code.name) {
      case "UIDVALIDITY":
        this.#noteUidValidity(this.#numberIn(code) ?? this.uidValidity);
        break;
      case "UIDNEXT":
        this.uidNext = this.#numberIn(code) ?? this.uidNext;
        break;
      case "HIGHESTMODSEQ": {
        const told = readModSeq(code.text.trim());
        if (told === undefined) this.#noteOddCode(code);
        this.highestModSeq = told ?? this.highestModSeq;
        this.hasModSeqs = true;
        break;
      }
      case "MAILBOXID":
        this.#mailboxIds.add(readObjectId(code.text.trim()) ?? "");
        break;
      case "NOMODSEQ":
        this.hasModSeqs = false;
        break;
      case "UIDNOTSTICKY":
        this.hasStickyUids = false;
        break;
      case "READ-ONLY":
        this.isReadOnly = true;
        break;
      case "READ-WRITE":
        this.isReadOnly = false;
        break;
      case "PERMANENTFLAGS": {
        const told = listOf(code.text);
        // Taken for none, they would keep flags from the mailbox for good.
        if (told === undefined) this.#noteOddCode(code);
        else this.#describeFlags(permanentFlags(told));
        break;
      }
      default:
    }
  }
}

/** It tells of a message what nobody has asked for: the answer to something else, under a wrong UID or too late. */
export function isMisplaced({ body, headerFields, internalDate, size }: FetchResponse): boolean {
  return body !== undefined || headerFields !== undefined || internalDate !== undefined || size !== undefined;
}

/** `(\Answered \*)` → its members; undefined for what is no list. */
function listOf(text: string): string[] | undefined {
  const members = /^\((.*)\)$/u.exec(text.trim())?.[1];
  return members?.split(" ").filter((flag) => flag !== "");
}
