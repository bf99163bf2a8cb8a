// A mailbox on a server, as a value that changes: what RFC 3501 and RFC 7162 promise of UIDs, mod-sequences and flags.

import type { FetchResponse, UntaggedResponse } from "../../../../src/imap/responses.ts";
import { type FlagSet, type PermanentFlags, storableFlags } from "../../../../src/model/flags.ts";
import type { MailboxState } from "../../../../src/model/mailbox-state.ts";
import { hasUid, type UidSet, uidSetOf } from "../../../../src/model/uid-set.ts";

export interface Content {
  readonly bytes: Buffer;
  readonly internalDate: string;
}

export interface StoredMessage extends Content {
  readonly uid: number;
  flags: FlagSet;
  modSeq: bigint;
}

/**
 * What a server says of mod-sequences: `kept` as RFC 7162 has it; `zero` is HIGHESTMODSEQ 1 and MODSEQ (0), whatever happens;
 * `none` is HIGHESTMODSEQ 0. The last two tell nothing of what others change.
 */
export type ModSeqs = "kept" | "zero" | "none";

export class ModelMailbox {
  uidValidity = 1;
  uidNext = 1;
  highestModSeq = 1n;
  readonly messages = new Map<number, StoredMessage>();
  readonly permanentFlags: PermanentFlags;
  /** Counts a STORE of what is there already as a change. */
  readonly bumpsAlways: boolean;
  modSeqs: ModSeqs = "kept";
  #expunged: { readonly uid: number; readonly modSeq: bigint }[] = [];
  /** What whoever has the mailbox selected has not been told yet. */
  #news: UntaggedResponse[] = [];

  constructor(permanentFlags: PermanentFlags, bumpsAlways: boolean) {
    this.permanentFlags = permanentFlags;
    this.bumpsAlways = bumpsAlways;
  }

  get state(): MailboxState {
    const highestModSeq = { kept: this.highestModSeq, zero: 1n, none: 0n }[this.modSeqs];
    return { uidValidity: this.uidValidity, uidNext: this.uidNext, highestModSeq };
  }

  get inUidOrder(): StoredMessage[] {
    return [...this.messages.values()].sort((a, b) => a.uid - b.uid);
  }

  append({ bytes, internalDate }: Content, flags: FlagSet): number {
    const uid = this.uidNext++;
    const kept = storableFlags(flags, this.permanentFlags);
    this.messages.set(uid, { uid, bytes, internalDate, flags: kept, modSeq: ++this.highestModSeq });
    this.#news.push({ kind: "exists", count: this.messages.size });
    return uid;
  }

  /** Silently: the mod-sequence is told, but not the flags (RFC 7162 3.1.3). */
  store(uid: number, wanted: FlagSet, isSilent: boolean): void {
    const message = this.messages.get(uid);
    if (message === undefined) return;
    const flags = storableFlags(wanted, this.permanentFlags);
    if (flags === message.flags && !this.bumpsAlways) return;
    message.flags = flags;
    message.modSeq = ++this.highestModSeq;
    if (this.modSeqs === "kept") this.#news.push({ ...describe(message), ...(isSilent && { flags: undefined }) });
  }

  expunge(uid: number): void {
    if (!this.messages.delete(uid)) return;
    this.#expunged.push({ uid, modSeq: ++this.highestModSeq });
    this.#news.push({ kind: "vanished", earlier: false, uids: uidSetOf([uid]) });
  }

  /** As a server whose index was lost: the same messages under other UIDs. */
  renumber(): void {
    const all = this.inUidOrder;
    this.messages.clear();
    this.#expunged = [];
    this.uidValidity++;
    this.uidNext = 1;
    this.highestModSeq = 1n;
    for (const message of all) this.append(message, message.flags);
  }

  takeNews(): readonly UntaggedResponse[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  /** What SELECT with QRESYNC tells of these messages to one who knew the mailbox in this state (RFC 7162 3.2.5). */
  newsSince(known: Omit<MailboxState, "uidNext"> & { readonly uids: UidSet }): UntaggedResponse[] {
    if (known.uidValidity !== this.uidValidity || this.modSeqs !== "kept") return [];
    const isConcerned = ({ uid, modSeq }: { readonly uid: number; readonly modSeq: bigint }): boolean =>
      hasUid(known.uids, uid) && modSeq > known.highestModSeq;
    const vanished = this.#expunged.filter(isConcerned).map(({ uid }) => uid);
    return [
      ...(vanished.length > 0 ? [{ kind: "vanished", earlier: true, uids: uidSetOf(vanished) } as const] : []),
      ...this.inUidOrder.filter(isConcerned).map(describe),
    ];
  }
}

const nothing: FetchResponse = {
  kind: "fetch",
  sequence: 1,
  uid: undefined,
  flags: undefined,
  modSeq: undefined,
  internalDate: undefined,
  size: undefined,
  body: undefined,
  headerFields: undefined,
};

function describe({ uid, flags, modSeq }: StoredMessage): FetchResponse {
  return { ...nothing, uid, flags: flags.flags, modSeq };
}

/** A FETCH response with the items asked for, by their names on the wire. */
export function fetched(message: StoredMessage, items: string): FetchResponse {
  const has = (item: string): boolean => items.includes(item);
  const { uid, flags, modSeq, internalDate, bytes } = message;
  return {
    ...nothing,
    uid,
    flags: has("FLAGS") ? flags.flags : undefined,
    modSeq: has("MODSEQ") ? modSeq : undefined,
    internalDate: has("INTERNALDATE") ? internalDate : undefined,
    size: has("RFC822.SIZE") ? bytes.length : undefined,
    body: has("BODY.PEEK[]") ? bytes : undefined,
    headerFields: has("BODY.PEEK[HEADER") ? bytes.subarray(0, bytes.indexOf("\r\n\r\n") + 4) : undefined,
  };
}
