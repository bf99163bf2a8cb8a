// The selected mailbox as its server describes it, and what changed in it that nobody has dealt with yet.
// The read path only records here; what to do about it is decided by sync/.

import { InterimapError } from "../model/errors.ts";
import { flagSet, noFlags, permanentFlags, type FlagSet, type PermanentFlags } from "../model/flags.ts";
import { parseModSeq } from "../model/mod-seq.ts";
import { countUids, emptyUidSet, hasUid, intersect, subtract, union, type UidSet } from "../model/uid-set.ts";
import { parseNonZero } from "./codec/wire-values.ts";
import type { FetchResponse, ResponseCode, UntaggedResponse, VanishedResponse } from "./responses.ts";

export interface FlagChange {
  readonly flags: FlagSet;
  /** 0n when the server did not say. */
  readonly modSeq: bigint;
}

export class MailboxView {
  /** Raw octets, as the server knows it. */
  readonly wireName: string;
  exists = 0;
  uidValidity = 0;
  uidNext = 0;
  highestModSeq = 0n;
  hasModSeqs = false;
  hasStickyUids = true;
  isReadOnly = false;
  /** Selected again, it had another UIDVALIDITY: it is not the same mailbox any more. */
  isReplaced = false;
  /** Until the server says otherwise every flag can be stored (RFC 3501 7.1). */
  permanentFlags: PermanentFlags = permanentFlags(undefined);

  /** Last flags reported for each UID since they were last taken. */
  #changes = new Map<number, FlagChange>();
  #latest: FlagChange = { flags: noFlags, modSeq: 0n };
  #vanished: UidSet = emptyUidSet;
  /** The part of #vanished that was reported while the mailbox was selected, not by SELECT itself. */
  #vanishedLive: UidSet = emptyUidSet;
  /** Mod-sequences of messages that changed since SELECT, our own STOREs included. */
  readonly #modSeqs = new Map<number, bigint>();

  constructor(wireName: string) {
    this.wireName = wireName;
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
        throw new InterimapError("PROTOCOL", "the server sent EXPUNGE although QRESYNC is enabled");
      case "status":
        if (response.code !== undefined) this.noteCode(response.code);
        break;
      default:
    }
  }

  /** Records flags and mod-sequence of a FETCH response as a change to deal with, unless the message is gone. */
  noteFetch(response: FetchResponse): void {
    const { uid, flags, modSeq = 0n } = response;
    if (uid === undefined) {
      // RFC 7162 3.2.4: with QRESYNC enabled every unsolicited FETCH carries the UID.
      throw new InterimapError("PROTOCOL", "the server sent a FETCH without UID although QRESYNC is enabled");
    }
    if (hasUid(this.#vanished, uid)) return;
    // Of a million messages that one command changed, all share one value.
    const change = this.#sameAsBefore({ flags: flags === undefined ? noFlags : flagSet(flags), modSeq });
    if (modSeq > this.modSeqOf(uid)) this.#modSeqs.set(uid, change.modSeq);
    if (flags !== undefined) this.#changes.set(uid, change);
  }

  #sameAsBefore(change: FlagChange): FlagChange {
    const { flags, modSeq } = this.#latest;
    if (change.flags !== flags || change.modSeq !== modSeq) this.#latest = change;
    return this.#latest;
  }

  /** The flags were read on purpose: an older report of them must not be mistaken for a later change. */
  forgetChange(uid: number): void {
    this.#changes.delete(uid);
  }

  /** To be dealt with again, or learnt by asking; a later change that the server told of meanwhile stands. */
  noteChange(uid: number, change: FlagChange): void {
    const told = this.#changes.get(uid);
    if (told === undefined || told.modSeq <= change.modSeq) this.#changes.set(uid, change);
  }

  takeChanges(): ReadonlyMap<number, FlagChange> {
    const taken = this.#changes;
    this.#changes = new Map();
    return taken;
  }

  get changes(): ReadonlyMap<number, FlagChange> {
    return this.#changes;
  }

  /** Everything up to this mod-sequence has been reported, as STATUS and a NOOP behind it showed. */
  noteHighestModSeq(modSeq: bigint): void {
    if (modSeq > this.highestModSeq) this.highestModSeq = modSeq;
  }

  /** A message that was expected turned out to be missing. */
  noteVanished(uids: UidSet): void {
    this.#vanished = union(this.#vanished, uids);
  }

  get vanished(): UidSet {
    return this.#vanished;
  }

  get vanishedLive(): UidSet {
    return this.#vanishedLive;
  }

  /** Removes from the record, and returns, the vanished UIDs that are in `uids`. */
  takeVanished(uids: UidSet): UidSet {
    const taken = intersect(this.#vanished, uids);
    this.#vanished = subtract(this.#vanished, taken);
    this.#vanishedLive = subtract(this.#vanishedLive, taken);
    return taken;
  }

  /** 0n when the message has not changed since SELECT. */
  modSeqOf(uid: number): bigint {
    return this.#modSeqs.get(uid) ?? 0n;
  }

  #vanish(response: VanishedResponse): void {
    this.#vanished = union(this.#vanished, response.uids);
    if (!response.earlier) {
      this.#vanishedLive = union(this.#vanishedLive, response.uids);
      // RFC 7162 3.2.10: EXISTS is not repeated after VANISHED without (EARLIER).
      this.exists = Math.max(0, this.exists - countUids(response.uids));
    }
    // The message is gone whatever a FETCH beside this response said about it.
    for (const uid of this.#changes.keys()) if (hasUid(response.uids, uid)) this.#changes.delete(uid);
  }

  /** The server would not create these keywords, whatever it said: they are not to be offered again. */
  refuseKeywords(keywords: FlagSet): void {
    const refused = [...(this.permanentFlags.refused ?? []), ...keywords.flags.map((flag) => flag.toLowerCase())];
    this.#describeFlags({ refused: new Set(refused) });
  }

  #describeFlags(news: Partial<PermanentFlags>): void {
    this.permanentFlags = { ...this.permanentFlags, ...news };
  }

  #noteUidValidity(told: number): void {
    if (this.uidValidity === 0) this.uidValidity = told;
    else if (told !== this.uidValidity) this.isReplaced = true;
  }

  /** Response codes describe the mailbox in untagged OKs and in the tagged answer to SELECT alike. */
  noteCode(code: ResponseCode): void {
    switch (code.name) {
      case "UIDVALIDITY":
        this.#noteUidValidity(parseNonZero(code.text, code.name));
        break;
      case "UIDNEXT":
        this.uidNext = parseNonZero(code.text, code.name);
        break;
      case "HIGHESTMODSEQ":
        this.highestModSeq = parseModSeq(code.text);
        this.hasModSeqs = true;
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
      case "PERMANENTFLAGS":
        this.#describeFlags(permanentFlags(listOf(code.text)));
        break;
      default:
    }
  }
}

/** `(\Answered \*)` → its members. */
function listOf(text: string): string[] {
  return text
    .replace(/^\(|\)$/gu, "")
    .split(" ")
    .filter((flag) => flag !== "");
}
