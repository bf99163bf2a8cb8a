// A server that takes no messages for now: how few of them it is to be offered until that is clear. What is refused is in
// doubt at first. When another message is taken afterwards, the refusal was about the message; when the next ones are
// refused as well, about all of them, and the rest is not sent.

import type { Concern } from "../../imap/refusal-concern.ts";
import { alike } from "../../util/alike.ts";
import type { MessageRefusal } from "./transfer-hooks.ts";

export interface Doubt extends MessageRefusal {
  readonly concern: Concern;
  /** How long the server wants to be left alone, in ms, if it said so. */
  readonly retryAfterMs: number | undefined;
}

/** After this many refusals in a row all messages are refused: by a server that says so, and by one that gives no reason. */
const enough = { clear: 2, unclear: 4 };

/** What is known in a run of one server, from all mailboxes. */
export class Shortage {
  readonly #refusals = new Map<string, { readonly mailboxes: Set<string>; readonly reason: string }>();

  note(mailbox: string, reason: string): void {
    const known = this.#refusals.get(alike(reason)) ?? { mailboxes: new Set(), reason };
    known.mailboxes.add(mailbox);
    this.#refusals.set(alike(reason), known);
  }

  noteTaken(): void {
    this.#refusals.clear();
  }

  /** Some mailbox was not given a message: one is enough to learn whether another one is. */
  get isLikely(): boolean {
    return this.#refusals.size > 0;
  }

  /** The words in which enough mailboxes were refused their messages to conclude that all will be. */
  get certainReason(): string | undefined {
    return [...this.#refusals.values()].find(({ mailboxes }) => mailboxes.size >= 3)?.reason;
  }
}

interface ReluctanceOptions {
  /** Its name on the server. */
  readonly mailbox: string;
  /** Gets what turns out to be refused by itself. */
  readonly record: (doubt: Doubt) => void;
  /** It took nothing the last time. */
  readonly isRetry: boolean;
}

export class Reluctance {
  #doubts: Doubt[] = [];
  readonly #tried = new Set<number>();
  /** Words in which single messages were refused while others were taken. */
  readonly #ofMessages = new Set<string>();
  #isHalted = false;
  #isCautious: boolean;
  #isReprieved = false;
  #hasSkipped = false;
  #reason = "";
  readonly #mailbox: string;
  readonly #record: (doubt: Doubt) => void;
  readonly #shortage: Shortage;

  constructor(shortage: Shortage, { mailbox, record, isRetry }: ReluctanceOptions) {
    this.#mailbox = mailbox;
    this.#record = record;
    this.#shortage = shortage;
    this.#isCautious = isRetry;
  }

  /** Nothing more is to be sent. Whoever asks skips what it has. */
  get isHalted(): boolean {
    const { certainReason } = this.#shortage;
    if (certainReason !== undefined && this.#doubts.length === 0) this.#reason = certainReason;
    const isHalted = this.#isHalted || certainReason !== undefined;
    this.#hasSkipped ||= isHalted;
    return isHalted;
  }

  /** Some messages may not have been sent. */
  get hasSkipped(): boolean {
    return this.#hasSkipped;
  }

  /** The last words in which the server refused. */
  get reason(): string {
    return this.#reason;
  }

  /** Single messages first, one at a time. */
  get isCautious(): boolean {
    return this.#isCautious || this.#shortage.isLikely;
  }

  /** In the order of their refusal; nothing was taken since. */
  get doubts(): readonly Doubt[] {
    return this.#doubts;
  }

  /** It was offered alone, and answered. */
  hasTried(uid: number): boolean {
    return this.#tried.has(uid);
  }

  taken(uids: readonly number[]): void {
    const [only] = uids;
    if (only !== undefined && uids.length === 1) this.#tried.add(only);
    this.#shortage.noteTaken();
    this.#isHalted = this.#isCautious = false;
    for (const doubt of this.#doubts) if (doubt.concern === "unknown") this.#ofMessages.add(alike(doubt.reason));
    this.settle();
  }

  /** A message that was offered alone. */
  refused(doubt: Doubt): void {
    this.#tried.add(doubt.uid);
    const isAboutIt = doubt.concern === "message" || this.#ofMessages.has(alike(doubt.reason));
    if (isAboutIt) {
      this.#record(doubt);
      return;
    }
    this.#doubts.push(doubt);
    this.#reason = doubt.reason;
    this.#isCautious = true;
    const { length } = this.#doubts.filter(({ reason }) => alike(reason) === alike(doubt.reason));
    this.#isHalted ||= length >= (doubt.concern === "unknown" ? enough.unclear : enough.clear);
    if (this.#isHalted) this.#shortage.note(this.#mailbox, doubt.reason);
  }

  /** One more refusal is enough, and nobody said that it concerns all: time to offer a message from somewhere else. */
  get isOnTheBrink(): boolean {
    return !this.#isHalted && this.#isUnclear && this.#doubts.length === enough.unclear - 1;
  }

  /** For the last message of all, which may be of another kind: true once, if that can be. */
  reprieve(): boolean {
    if (!this.#isHalted || !this.#isUnclear || this.#isReprieved) return false;
    this.#isReprieved = true;
    this.#isHalted = false;
    return true;
  }

  get #isUnclear(): boolean {
    return this.#doubts.at(-1)?.concern === "unknown";
  }

  /** All doubts are about their messages. */
  settle(): void {
    const doubts = this.#doubts;
    this.#doubts = [];
    for (const doubt of doubts) this.#record(doubt);
  }
}
