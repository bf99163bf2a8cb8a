// A mailbox as its server describes it when it is selected, and in response codes later on.

import { type FlagSet, type PermanentFlags, permanentFlags } from "../../model/flags.ts";
import { noModSeq, readModSeq } from "../../model/mod-seq.ts";
import type { Side } from "../../model/side.ts";
import { readNonZero, readObjectId } from "../codec/wire-values.ts";
import type { ResponseCode } from "../responses.ts";
import { mailboxProtocol } from "./unreadable.ts";

export class MailboxDescription {
  /** Raw octets, as the server knows it. */
  readonly wireName: string;
  /** Each that was told whenever it was selected; "" for one that cannot be. */
  readonly #mailboxIds = new Set<string>();
  uidValidity = 0;
  uidNext = 0;
  highestModSeq = noModSeq;
  /** Undefined: the server said neither HIGHESTMODSEQ nor NOMODSEQ. */
  hasModSeqs: boolean | undefined;
  hasStickyUids = true;
  isReadOnly = false;
  /** Selected again, it had another UIDVALIDITY: it is not the same mailbox any more. */
  isReplaced = false;
  /** The server left a mailbox that it had refused to select: what it reported of that one was taken for this one's. */
  isOfTwo = false;
  /** Until the server says otherwise every flag can be stored (RFC 3501 7.1). */
  permanentFlags: PermanentFlags = permanentFlags(undefined);
  /** The first thing the server said of the mailbox that cannot be. */
  #fault: string | undefined;

  /** We change nothing in it: it is opened with EXAMINE, and no message there loses \Recent (RFC 3501 6.3.2). */
  isOnlyRead = false;

  constructor(wireName: string) {
    this.wireName = wireName;
  }

  /** To ask for any is an error (RFC 7162 3.1.2.2), or of no use. False before the mailbox is selected. */
  get lacksModSeqs(): boolean {
    return this.hasModSeqs === false || (this.hasModSeqs === true && this.highestModSeq === noModSeq);
  }

  /** What the server says of the mailbox is not to be relied on any more. */
  noteFault(message: string): void {
    this.#fault ??= message;
  }

  /**
   * To be asked before anything is done, or recorded, that relies on what the server says of the mailbox.
   * @throws InterimapError MAILBOX_PROTOCOL when the server said something that cannot be read, or cannot be.
   */
  requireReadable(side: Side): void {
    if (this.isOfTwo) throw mailboxProtocol("the server left a mailbox ([CLOSED]) that it had refused to select", side);
    if (this.#fault !== undefined) throw mailboxProtocol(this.#fault, side);
  }

  /** The server does not keep these, whatever it said: they are not to be offered to it. */
  refuseFlags(flags: FlagSet): void {
    const refused = [...(this.permanentFlags.refused ?? []), ...flags.flags.map((flag) => flag.toLowerCase())];
    this.describeFlags({ refused: new Set(refused) });
  }

  describeFlags(news: Partial<PermanentFlags>): void {
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
        // By our own wish it says nothing of what we may do.
        this.isReadOnly = !this.isOnlyRead;
        break;
      case "READ-WRITE":
        this.isReadOnly = false;
        break;
      case "PERMANENTFLAGS": {
        const told = listOf(code.text);
        // Taken for none, they would keep flags from the mailbox for good.
        if (told === undefined) this.#noteOddCode(code);
        else if (!this.isOnlyRead) this.describeFlags(permanentFlags(told));
        break;
      }
      default:
    }
  }
}

/** `(\Answered \*)` → its members; undefined for what is no list. */
function listOf(text: string): string[] | undefined {
  const members = /^\((.*)\)$/u.exec(text.trim())?.[1];
  return members?.split(" ").filter((flag) => flag !== "");
}
