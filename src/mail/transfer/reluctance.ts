// Finds out, with as few messages as possible, that a server takes none for now. A refusal is in doubt at first. If another
// message is taken afterwards, the refusal was about its message. If the next ones are refused as well, it is about all of
// them, and the rest is not sent.

import type { Concern } from "../../imap/refusal-concern.ts";
import { alike } from "../../util/alike.ts";
import type { MessageRefusal } from "./transfer-hooks.ts";

export interface Doubt extends MessageRefusal {
  readonly concern: Concern;
  /** How long the server wants to be left alone, in ms, if it said so. */
  readonly retryAfterMs: number | undefined;
}

/** The number of refusals in a row that mean that all messages are refused: if the server says so, and if it gives no reason. */
const enough = { clear: 2, unclear: 4 };

/** What a run knows about one server, from all mailboxes. */
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

  /** Some mailbox did not get a message. One test is enough to learn whether others do. */
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
  /** Gets the messages that turn out to be refused for their own sake. */
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

  /** Nothing more should be sent. The caller skips the rest. */
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

  /** The words of the last refusal. */
  get reason(): string {
    return this.#reason;
  }

  /** Send single messages first, one at a time. */
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

  /** One more refusal is enough, and the server did not say that it concerns all: time to offer a message from elsewhere. */
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
