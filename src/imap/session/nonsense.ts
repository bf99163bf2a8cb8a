// Judges what makes no sense, and what it costs: a line of which nothing is clear, and everything after a message that did not
// end where it should, since it may be the message's text. Words of a message must never be taken for the server's own.

import { InterimapError } from "../../model/errors.ts";
import type { Discretion } from "../discretion.ts";
import type { MailboxView } from "../mailbox/mailbox-view.ts";
import { notUnderstood } from "../mailbox/unreadable.ts";
import type { Response, TaggedResponse, UnreadableResponse } from "../responses.ts";
import type { Entry } from "./entry.ts";
import type { InFlight } from "./in-flight.ts";

export interface NonsenseOptions {
  readonly inFlight: InFlight<Entry>;
  readonly discretion: Discretion;
  readonly awaitsGreeting: () => boolean;
  /** The mailboxes that what is told now may be about. */
  readonly concerned: () => readonly MailboxView[];
  /** The damage is limited to its mailbox. */
  readonly onHarmless: () => void;
  /** PROTOCOL: the server can no longer be followed. */
  readonly fail: (error: InterimapError) => void;
}

export class Nonsense {
  readonly #options: NonsenseOptions;
  /**
   * Text of a message has arrived since the last tagged response, so a line that makes no sense may be the rest of it.
   */
  #isBehindText = false;
  /** A message did not end where it should. Until a command is answered, everything may be its text. */
  #isAstray = false;

  constructor(options: NonsenseOptions) {
    this.#options = options;
  }

  /** The next response contains text of a message. */
  noteText(): void {
    this.#isBehindText = true;
  }

  /** A command has been answered, so the server and we are in step again. */
  noteAnswer(): void {
    this.#isBehindText = false;
    this.#isAstray = false;
  }

  /** Only answers to commands can be believed. */
  get isAstray(): boolean {
    return this.#isAstray;
  }

  /** Whether a line may be text of a message, and so must not be shown. */
  mayBeText(line: Buffer): boolean {
    if (!this.#isAstray) return false;
    const tag = /^[^ ]{1,40}(?= )/.exec(line.toString("latin1", 0, 41))?.[0];
    return tag === undefined || this.#options.inFlight.withTag(tag) === undefined;
  }

  /** True if a response cannot be believed or says nothing. It is dealt with, and nobody else gets it. */
  takes(response: Response): boolean {
    if (this.#isAstray && !this.#isAnswer(response)) {
      this.#disbelieve(response);
      return true;
    }
    if (response.kind !== "unreadable") return false;
    this.#isAstray = response.isCut === true;
    if (response.about !== "unknown") return false;
    this.#passOver(response);
    return true;
  }

  /** The answer to a command that was never sent. */
  refuse({ tag }: TaggedResponse): void {
    // After a message, the tag may be one of its words.
    const which = this.#isBehindText ? "" : ` (tag ${this.#options.discretion.text(tag)})`;
    this.#fail(`the server answered a command never sent${which}`);
  }

  #isAnswer(response: Response): boolean {
    return response.kind === "tagged" && this.#options.inFlight.withTag(response.tag) !== undefined;
  }

  /** What may be text of a message is neither used nor shown, but it may have hidden a report about its mailbox. */
  #disbelieve(response: Response): void {
    const { kind } = response;
    const isProof =
      kind === "tagged" || kind === "continuation" || (kind === "unreadable" && response.about === "unknown");
    if (isProof || (kind === "status" && response.status !== "OK" && response.status !== "NO"))
      this.#fail(notUnderstood(""));
    else for (const view of this.#options.concerned()) view.noteFault("the server sent a message that is cut off");
  }

  /** A line of which nothing is clear costs the mailbox in work, if it cannot mean more than that. */
  #passOver(response: UnreadableResponse): void {
    const { inFlight, discretion, awaitsGreeting, concerned, onHarmless } = this.#options;
    const isInDoubt =
      this.#isBehindText ||
      awaitsGreeting() ||
      inFlight.find(({ tag, hasSentUnasked }) => hasSentUnasked === true || beginsWith(response, tag)) !== undefined;
    const views = isInDoubt || inFlight.findClaimant(isList) !== undefined ? [] : concerned();
    const quoted = discretion.quotable(response);
    for (const view of views) view.receive(quoted);
    if (views.length === 0 && (isInDoubt || response.isRest !== true)) this.#fail(notUnderstood(quoted.line));
    else onHarmless();
  }

  #fail(message: string): void {
    this.#options.fail(new InterimapError("PROTOCOL", message));
  }
}

function isList({ command }: Entry): boolean {
  return command.name === "LIST";
}

/** It may be a damaged answer to a command. */
function beginsWith({ line: sent }: UnreadableResponse, tag: string): boolean {
  const words = sent.trimStart().toLowerCase();
  return words.startsWith(tag) && !/[a-z0-9]/.test(words.charAt(tag.length));
}
