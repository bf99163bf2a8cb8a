// The selected mailbox, as untagged responses describe it. The read path only records here and among pending changes; sync/
// decides what to do.

import { flagSet, noFlags } from "../../model/flags.ts";
import type { Observation } from "../../model/mailbox-state.ts";
import { laterModSeq, noModSeq } from "../../model/mod-seq.ts";
import type { Side } from "../../model/side.ts";
import { countUids, hasUid, subtract, type UidSet, uidSetOf, uidsOf } from "../../model/uid-set.ts";
import type { Abilities } from "../abilities.ts";
import type {
  FetchResponse,
  ResponseCode,
  UnreadableResponse,
  UntaggedResponse,
  VanishedResponse,
} from "../responses.ts";
import { MailboxDescription } from "./mailbox-description.ts";
import type { MessageNumbers, Named } from "./message-numbers.ts";
import { isMisplaced } from "./misplaced.ts";
import { type FlagChange, PendingChanges } from "./pending-changes.ts";
import { mailboxProtocol, notUnderstood } from "./unreadable.ts";

export class MailboxView extends MailboxDescription {
  /** Abilities of the connection on which it was selected. */
  readonly abilities: Abilities;
  readonly #numbers: MessageNumbers;
  readonly pending = new PendingChanges();
  exists = 0;
  /** `exists` at the answer to select(): as old as the other numbers in it. */
  existedWhenSelected = 0;
  /** Messages have vanished since: the count may be the same, and the messages others. */
  hasShrunk = false;
  /** Messages were removed or changed, but the server gave only their numbers: which ones has to be found out. */
  hasUnnamedNews = false;
  /** The server gave an invalid mod-sequence for a message, so mod-sequences cannot show what changes here. */
  hasUnknownModSeqs = false;
  /** The highest that was reported of any message. */
  latestModSeq = noModSeq;
  /** HIGHESTMODSEQ from answers to other commands than SELECT and STATUS (RFC 7162 3.2.8, 3.2.9). */
  #confirmedModSeq = noModSeq;
  /** Since the answer to select(), flags were announced without a mod-sequence, which RFC 7162 3.2.4 requires. */
  hasUnstampedNews = false;
  /** What select() was answered. */
  whenSelected: Observation = this.observe();
  /** Changes of flags up to this mod-sequence are known. */
  readonly #knownModSeq: bigint;
  #latest: FlagChange = { flags: noFlags, modSeq: noModSeq };
  /** Messages about which an announcement could not be read, or came late, and what was wrong with it. */
  readonly #unread = new Map<number, string>();
  /** Messages that were among them: the next report about them is believed. */
  readonly #askedAgain = new Set<number>();
  /** Mod-sequences of messages that changed since SELECT, our own STOREs included. */
  readonly #modSeqs = new Map<number, bigint>();

  constructor(wireName: string, abilities: Abilities, knownModSeq = noModSeq) {
    super(wireName);
    this.abilities = abilities;
    this.#numbers = abilities.messageNumbers();
    this.#knownModSeq = knownModSeq;
  }

  override get lacksModSeqs(): boolean {
    return !this.abilities.modSeqs || super.lacksModSeqs;
  }

  /** Takes an untagged response that nobody else claimed. */
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
        this.describeFlags({ defined: new Set(response.flags.map((flag) => flag.toLowerCase())) });
        break;
      case "expunge":
        this.#noteExpunged(this.#numbers.expunged(response));
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
    const { flags, modSeq } = response;
    this.noteModSeq(modSeq);
    if (response.uid === undefined && flags === undefined && modSeq === undefined) return;
    const uid = this.#uidOf(this.#numbers.changed(response));
    if (uid === undefined) return;
    const isAskedAgain = this.#askedAgain.delete(uid);
    const known = isAskedAgain ? noModSeq : this.modSeqOf(uid);
    if (isMisplaced(response) || (!isAskedAgain && flags !== undefined && this.#isLate(modSeq ?? noModSeq, known))) {
      // Before a checkpoint, the server is asked whose flags these are, and whether newer ones followed.
      this.#unread.set(uid, `the server's report of UID ${String(uid)} came late, or is about another message`);
      return;
    }
    if (this.#unread.size > 0) this.#unread.delete(uid);
    // A million messages that one command changed share one value.
    const change = this.#sameAsBefore({
      flags: flags === undefined ? noFlags : flagSet(flags),
      modSeq: modSeq ?? noModSeq,
    });
    if (change.modSeq > known) this.#modSeqs.set(uid, change.modSeq);
    if (flags !== undefined) this.pending.report(uid, change);
  }

  /**
   * Mod-sequences only grow (RFC 7162 3.1): these flags are older than the known ones, or an earlier number was too high.
   */
  #isLate(modSeq: bigint, known: bigint): boolean {
    return modSeq > noModSeq && (modSeq <= this.#knownModSeq || modSeq < known);
  }

  /** They came in an answer, so they are the latest: answers keep their order, and earlier announcements are older. */
  noteFlagsRead(uid: number): void {
    this.pending.forgetChange(uid);
  }

  /** For any message, whoever asked. */
  noteModSeq(modSeq: bigint | undefined): void {
    if (modSeq === undefined) return;
    if (modSeq === noModSeq) this.hasUnknownModSeqs = true;
    else if (modSeq > this.latestModSeq) this.latestModSeq = modSeq;
  }

  /** Flags came without a mod-sequence, and were not asked for. */
  noteUnstamped(): void {
    this.hasUnstampedNews ||= this.whenSelected.uidValidity > 0;
  }

  /** The number of messages removed by number: for {@link knowFirst}. */
  get removals(): number {
    return this.#numbers.removals;
  }

  /** These are all messages up to the last of them, or were when that many had been removed. */
  knowFirst(messages: UidSet, removals: number): void {
    this.#numbers.know(messages, removals);
  }

  /** Unrequested mod-sequence reports are meant for others. */
  override noteCode(code: ResponseCode): void {
    if (this.abilities.modSeqs || code.name !== "HIGHESTMODSEQ") super.noteCode(code);
  }

  observe(): Observation {
    const { uidValidity, uidNext, highestModSeq, exists: messages, latestModSeq } = this;
    return { uidValidity, uidNext, highestModSeq, messages, latestModSeq };
  }

  #noteUnreadable({ about, uid, line }: UnreadableResponse): void {
    // Only flags that the mailbox knows; lists and states do not belong to this mailbox.
    if (about === "flags" || about === "list" || about === "status") return;
    if (about === "fetch" && uid !== undefined) this.#unread.set(uid, notUnderstood(line));
    else this.noteFault(notUnderstood(line));
  }

  /** Messages whose flags have to be asked for again, because an announcement could not be read or came late. */
  takeUnread(): UidSet {
    const taken = subtract(uidSetOf(this.#unread.keys()), this.pending.vanished);
    for (const uid of uidsOf(taken)) {
      this.#unread.delete(uid);
      this.#askedAgain.add(uid);
    }
    return taken;
  }

  /**
   * Call this before messages that a FETCH leaves out are taken for gone.
   * @throws InterimapError MAILBOX_PROTOCOL when something was reported about one of them that could not be read, or came late.
   */
  requireRead(uids: UidSet, side: Side): void {
    for (const [uid, reason] of this.#unread) if (hasUid(uids, uid)) throw mailboxProtocol(reason, side);
  }

  #sameAsBefore(change: FlagChange): FlagChange {
    const { flags, modSeq } = this.#latest;
    if (change.flags !== flags || change.modSeq !== modSeq) this.#latest = change;
    return this.#latest;
  }

  /** Flags with this mod-sequence were dealt with in an earlier run, or have been reported since. */
  isNoNews(uid: number, { modSeq }: FlagChange): boolean {
    return modSeq > noModSeq && (modSeq <= this.#knownModSeq || modSeq <= this.modSeqOf(uid));
  }

  /** Everything up to this mod-sequence has been reported, as STATUS followed by NOOP showed. */
  noteHighestModSeq(modSeq: bigint): void {
    if (modSeq > this.highestModSeq) this.highestModSeq = modSeq;
  }

  /** `modSeq`: from the tagged answer to a command that removes messages. */
  noteConfirmedModSeq(modSeq: bigint): void {
    if (modSeq > this.#confirmedModSeq) this.#confirmedModSeq = modSeq;
  }

  /** Up to this value, HIGHESTMODSEQ is supported by more than the answer to a single STATUS. */
  get provenModSeq(): bigint {
    return [this.latestModSeq, this.#confirmedModSeq].reduce(laterModSeq, this.whenSelected.highestModSeq);
  }

  /** Removes and returns the vanished UIDs that are in `uids`, with everything reported about them. */
  takeVanished(uids: UidSet): UidSet {
    const taken = this.pending.takeVanished(uids);
    for (const uid of this.#unread.keys()) if (hasUid(taken, uid)) this.#unread.delete(uid);
    return taken;
  }

  /** Undefined if the message has not changed since SELECT. */
  modSeqOf(uid: number): bigint {
    return this.#modSeqs.get(uid) ?? noModSeq;
  }

  #uidOf(named: Named): number | undefined {
    if (typeof named === "number") return named;
    if (named === "unknown") this.hasUnnamedNews = true;
    else this.noteFault(named.fault);
    return undefined;
  }

  #noteExpunged(named: Named): void {
    const uid = this.#uidOf(named);
    if (uid !== undefined) this.pending.noteVanished(uidSetOf([uid]), true);
    if (uid !== undefined || named === "unknown") this.#shrink(1);
  }

  #vanish({ uids, earlier }: Pick<VanishedResponse, "uids" | "earlier">): void {
    this.pending.noteVanished(uids, !earlier);
    // RFC 7162 3.2.10: EXISTS is not repeated after VANISHED without (EARLIER).
    if (earlier) return;
    this.#shrink(countUids(uids));
  }

  #shrink(by: number): void {
    this.exists = Math.max(0, this.exists - by);
    this.hasShrunk = true;
  }
}
