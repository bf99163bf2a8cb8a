// The answers to a FETCH, put together by message: servers answer in pieces, twice, or not at all, and announce changes
// in between. Knows nothing of commands.

import { countUids, subtract, type UidSet, UidSetBuilder, uidSetOf } from "../../model/uid-set.ts";
import type { FlagRun } from "../codec/flag-lines.ts";
import type { FetchResponse } from "../responses.ts";

export type Answer = FetchResponse & { readonly uid: number };

type Item = "flags" | "internalDate" | "size" | "modSeq";

export interface Wanted {
  /**
   * Whether a response carries the one item that tells an answer from what the server announces by itself, and from answers
   * to another FETCH: Dovecot answers one before it has confirmed the one before.
   */
  readonly isAnswer: (response: FetchResponse) => boolean;
  /** What else belongs to an answer; it may come in other responses. */
  readonly beside: readonly Item[];
  /** Called once for each message, when all of it has come. */
  readonly onMessage: (answer: Answer) => void;
  /** In place of {@link onMessage}, for an answer that tells flags alone and is all that there is to come. */
  readonly onFlags?: ((run: FlagRun) => void) | undefined;
  /** Whether another answer says of a message, for which {@link onMessage} was called, what that one did not. */
  readonly contradicts?: (answer: Answer) => boolean;
}

export class FetchAnswers {
  readonly #wanted: Wanted;
  readonly #heard = new UidMarks();
  #count = 0;
  /** Of messages that are not complete. */
  readonly #pieces = new Map<number, Answer>();
  readonly #contradicted = new Set<number>();

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  /** Returns whether the response was an answer, or part of one, rather than an announcement. */
  take(response: Answer): boolean {
    const { uid } = response;
    const isAnswer = this.#wanted.isAnswer(response);
    // The same answer once more, another message's, or what happened since.
    if (this.#heard.has(uid)) {
      if (isAnswer && this.#wanted.contradicts?.(response) === true) this.#contradicted.add(uid);
      return isAnswer;
    }
    const before = this.areWhole ? undefined : this.#pieces.get(uid);
    if (before !== undefined && areOfTwo(before, response)) this.#contradicted.add(uid);
    const answer = before === undefined ? response : joined(before, response);
    const hasBegun = isAnswer || (before !== undefined && this.#wanted.isAnswer(before));
    if (hasBegun && hasAll(answer, this.#wanted.beside)) this.#complete(answer);
    else this.#pieces.set(uid, answer);
    return hasBegun;
  }

  get takesFlags(): boolean {
    return this.#wanted.onFlags !== undefined;
  }

  /** As {@link take}, of answers of which each is all that there is to come. False: they have to be looked at one by one. */
  takeFlags(run: FlagRun): boolean {
    const { onFlags } = this.#wanted;
    if (onFlags === undefined || !this.areWhole || !this.#heard.addAll(run)) return false;
    this.#count += run.last - run.first + 1;
    onFlags(run);
    return true;
  }

  /** Of each of these messages all was told. */
  areAll(uids: UidSet): boolean {
    return this.areWhole && this.#count === countUids(uids);
  }

  /** Of each message of which something was told, all was. */
  get areWhole(): boolean {
    return this.#pieces.size === 0;
  }

  /** Those of which nothing, or not all, was reported. */
  missing(uids: UidSet): UidSet {
    return this.#count === 0 ? uids : subtract(uids, this.#heard.all());
  }

  /** Messages about which anything was reported, even unrequested. */
  get incomplete(): readonly Answer[] {
    return [...this.#pieces.values()];
  }

  get areContradictory(): boolean {
    return this.#contradicted.size > 0;
  }

  /** Of which messages cannot be known what was told: of one of them, or of another one, too. */
  get contradicted(): UidSet {
    return uidSetOf([...this.#contradicted]);
  }

  /** No more is to come: a message of which all but `items` was told has none. */
  settleFor(...items: readonly Item[]): void {
    const needed = this.#wanted.beside.filter((item) => !items.includes(item));
    for (const answer of this.incomplete) {
      if (this.#wanted.isAnswer(answer) && hasAll(answer, needed)) this.#complete(answer);
    }
  }

  #complete(answer: Answer): void {
    if (!this.areWhole) this.#pieces.delete(answer.uid);
    this.#heard.add(answer.uid);
    this.#count++;
    this.#wanted.onMessage(answer);
  }
}

function hasAll(answer: Answer, items: readonly Item[]): boolean {
  for (const item of items) if (answer[item] === undefined) return false;
  return true;
}

/** Pieces that say of one message what is true of two. */
function areOfTwo(before: Answer, later: Answer): boolean {
  const { internalDate = later.internalDate } = before;
  return (
    isOther(before.body, later.body) ||
    isOther(before.headerFields, later.headerFields) ||
    (later.internalDate !== undefined && internalDate !== later.internalDate)
  );
}

/** Both were told, and they are not the same. */
export function isOther(before: Buffer | null | undefined, later: Buffer | null | undefined): boolean {
  return before instanceof Buffer && later instanceof Buffer && !before.equals(later);
}

/** What was told later stands, but for what a message is made of. */
function joined(before: Answer, later: Answer): Answer {
  return {
    ...later,
    flags: later.flags ?? before.flags,
    modSeq: later.modSeq ?? before.modSeq,
    internalDate: later.internalDate ?? before.internalDate,
    size: later.size ?? before.size,
    body: before.body ?? later.body,
    headerFields: before.headerFields ?? later.headerFields,
  };
}

const pageBits = 12;

/** A bit for each UID, as there may be a million; only where there are any. */
class UidMarks {
  readonly #pages = new Map<number, Uint8Array>();
  #latest: Uint8Array = new Uint8Array();
  #latestPage = -1;
  #highest = 0;

  add(uid: number): void {
    if (uid > this.#highest) this.#highest = uid;
    const page = this.#page(uid) ?? this.#newPage(uid);
    page[(uid & 0xfff) >> 3]! |= 1 << (uid & 7);
  }

  /** False when there is one of them already: none is added then. */
  addAll({ first, last }: FlagRun): boolean {
    for (let uid = first; uid <= last && uid <= this.#highest; uid++) if (this.has(uid)) return false;
    for (let uid = first; uid <= last; uid++) this.add(uid);
    return true;
  }

  /** Answers come in ascending order, mostly. */
  has(uid: number): boolean {
    if (uid > this.#highest) return false;
    return ((this.#page(uid)?.[(uid & 0xfff) >> 3] ?? 0) & (1 << (uid & 7))) !== 0;
  }

  /** Takes as long as there are marks, however far they are apart. */
  all(): UidSet {
    const set = new UidSetBuilder();
    for (const [number, page] of [...this.#pages].sort(([a], [b]) => a - b)) {
      const first = number * (1 << pageBits);
      for (let at = 0; at < 1 << pageBits; at++) if ((page[at >> 3]! & (1 << (at & 7))) !== 0) set.add(first + at);
    }
    return set.build();
  }

  #page(uid: number): Uint8Array | undefined {
    const number = uid >>> pageBits;
    if (number === this.#latestPage) return this.#latest;
    const page = this.#pages.get(number);
    if (page !== undefined) [this.#latest, this.#latestPage] = [page, number];
    return page;
  }

  #newPage(uid: number): Uint8Array {
    // Out of the pool: a page of its own costs more to free than to make.
    const page = Buffer.allocUnsafe((1 << pageBits) >> 3).fill(0);
    this.#pages.set(uid >>> pageBits, page);
    return page;
  }
}
