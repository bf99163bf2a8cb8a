// The selected mailbox, as untagged responses report it. The read path only records here, and in what is pending; what to do
// about it is decided by sync/.

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
  /** Of the connection on which it was selected. */
  readonly abilities: Abilities;
  readonly #numbers: MessageNumbers;
  readonly pending = new PendingChanges();
  exists = 0;
  /** What `exists` was when select() was answered: as old as the other numbers that it told. */
  existedWhenSelected = 0;
  /** Messages vanished since: as many may be there as before, and others. */
  hasShrunk = false;
  /** Messages were removed or changed, and the server told only their numbers: which they are has to be found out. */
  hasUnnamedNews = false;
  /** The server told a mod-sequence of a message that is none: what changes there cannot be told by mod-sequences. */
  hasUnknownModSeqs = false;
  /** The highest that was reported of any message. */
  latestModSeq = noModSeq;
  /** HIGHESTMODSEQ as answers to other commands than SELECT and STATUS told it (RFC 7162 3.2.8, 3.2.9). */
  #confirmedModSeq = noModSeq;
  /** Since select() was answered, flags were announced without a mod-sequence (RFC 7162 3.2.4 wants one). */
  hasUnstampedNews = false;
  /** What select() was answered. */
  whenSelected: Observation = this.observe();
  /** Flags that changed up to this one are known. */
  readonly #knownModSeq: bigint;
  #latest: FlagChange = { flags: noFlags, modSeq: noModSeq };
  /** Messages of which something was announced that could not be read, or came late; and what was wrong with it. */
  readonly #unread = new Map<number, string>();
  /** Messages that were among them: what is told next is believed. */
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
      // Whose flags they are, and whether others came after them, is asked before a checkpoint.
      this.#unread.set(uid, `the server's report of UID ${String(uid)} came late, or is about another message`);
      return;
    }
    if (this.#unread.size > 0) this.#unread.delete(uid);
    // Of a million messages that one command changed, all share one value.
    const change = this.#sameAsBefore({
      flags: flags === undefined ? noFlags : flagSet(flags),
      modSeq: modSeq ?? noModSeq,
    });
    if (change.modSeq > known) this.#modSeqs.set(uid, change.modSeq);
    if (flags !== undefined) this.pending.report(uid, change);
  }

  /** Mod-sequences only grow (RFC 7162 3.1): the flags are older than those that are known, or too much was told before. */
  #isLate(modSeq: bigint, known: bigint): boolean {
    return modSeq > noModSeq && (modSeq <= this.#knownModSeq || modSeq < known);
  }

  /** They came in an answer, and are the latest: what was announced before is older (answers keep their order). */
  noteFlagsRead(uid: number): void {
    this.pending.forgetChange(uid);
  }

  /** Of any message, whoever asked for it. */
  noteModSeq(modSeq: bigint | undefined): void {
    if (modSeq === undefined) return;
    if (modSeq === noModSeq) this.hasUnknownModSeqs = true;
    else if (modSeq > this.latestModSeq) this.latestModSeq = modSeq;
  }

  /** Flags came without a mod-sequence, and were not asked for. */
  noteUnstamped(): void {
    this.hasUnstampedNews ||= this.whenSelected.uidValidity > 0;
  }

  /** How many messages were removed by their numbers: for {@link knowFirst}. */
  get removals(): number {
    return this.#numbers.removals;
  }

  /** These are all messages up to the last of them; or were, when as many had been removed. */
  knowFirst(messages: UidSet, removals: number): void {
    this.#numbers.know(messages, removals);
  }

  /** What a server says of mod-sequences that was not asked for them is for others. */
  override noteCode(code: ResponseCode): void {
    if (this.abilities.modSeqs || code.name !== "HIGHESTMODSEQ") super.noteCode(code);
  }

  observe(): Observation {
    const { uidValidity, uidNext, highestModSeq, exists: messages, latestModSeq } = this;
    return { uidValidity, uidNext, highestModSeq, messages, latestModSeq };
  }

  #noteUnreadable({ about, uid, line }: UnreadableResponse): void {
    // Of flags only those that the mailbox knows; lists and states are not of this mailbox.
    if (about === "flags" || about === "list" || about === "status") return;
    if (about === "fetch" && uid !== undefined) this.#unread.set(uid, notUnderstood(line));
    else this.noteFault(notUnderstood(line));
  }

  /** Messages whose flags are to be asked for again, because what was announced could not be read or came late. */
  takeUnread(): UidSet {
    const taken = subtract(uidSetOf(this.#unread.keys()), this.pending.vanished);
    for (const uid of uidsOf(taken)) {
      this.#unread.delete(uid);
      this.#askedAgain.add(uid);
    }
    return taken;
  }

  /**
   * To be asked before messages that a FETCH leaves out are taken for gone.
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

  /** Flags with this mod-sequence were dealt with in an earlier run, or have been told since. */
  isNoNews(uid: number, { modSeq }: FlagChange): boolean {
    return modSeq > noModSeq && (modSeq <= this.#knownModSeq || modSeq <= this.modSeqOf(uid));
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

  /** Removes from the record, and returns, the vanished UIDs that are in `uids`; with all that was reported about them. */
  takeVanished(uids: UidSet): UidSet {
    const taken = this.pending.takeVanished(uids);
    for (const uid of this.#unread.keys()) if (hasUid(taken, uid)) this.#unread.delete(uid);
    return taken;
  }

  /** None when the message has not changed since SELECT. */
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
