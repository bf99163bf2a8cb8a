// How changes on one server are noticed, and the upkeep of NOTIFY (RFC 5465): it is requested after each login, after
// the server has stopped reporting, and when its reports come late.

import type { Session } from "../imap/session/session.ts";
import type { Side } from "../model/side.ts";
import type { Detection, LinkState } from "../model/watch-state.ts";
import type { Report } from "../sync/context/events.ts";
import { insteadOfNotify, requestNotify } from "./notify.ts";

/** A server that stops reporting twice within this time is not asked again. */
const overflowMs = 60_000;

export interface ChangeSourceOptions {
  readonly side: Side;
  /** Let the server report changes, instead of asking it. */
  readonly usesNotify: boolean;
  /** There are mailboxes to watch by IDLE where there is no NOTIFY. */
  readonly canIdle: boolean;
  /** The server's list-reference. */
  readonly reference: string;
  /** How long NOTIFY is good for, in ms, for each thousand mailboxes. */
  readonly freshMs: number;
  readonly report: Report;
}

export class ChangeSource {
  readonly #options: ChangeSourceOptions;
  #detection: Detection | undefined;
  #askedAt = 0;
  /** Since it was asked last. */
  #hasReported = false;
  /** The server stopped reporting, because it was too much. */
  #hasOverflowed = false;
  /** When that happened last, on the connection at hand. */
  #lastOverflowAt: number | undefined;

  constructor(options: ChangeSourceOptions) {
    this.#options = options;
  }

  /** Undefined before the first connection. */
  get detection(): Detection | undefined {
    return this.#detection;
  }

  /** As a daemon's status has it. */
  get state(): Pick<LinkState, "detection"> {
    return this.#detection === undefined ? {} : { detection: this.#detection };
  }

  /** The server reports all changes by itself. */
  get isNotified(): boolean {
    return this.#detection === "notify";
  }

  /** A connection was made: the requests on the one before do not count any more. */
  async begin(session: Session): Promise<void> {
    this.#hasOverflowed = false;
    this.#lastOverflowAt = undefined;
    await this.#ask(session);
  }

  /** The server reported how a mailbox is. */
  noteReport(): void {
    this.#hasReported = true;
  }

  /** The server will not report any more (RFC 5465 5.8). */
  noteOverflow(): void {
    this.#hasOverflowed = true;
  }

  /**
   * Asks again, if need be. Nobody reports what happens meanwhile (see notify()), so a stale NOTIFY is renewed only before a
   * look at everything.
   */
  async maintain(session: Session, look: { readonly isWhole: boolean; readonly mailboxes: number }): Promise<void> {
    if (this.#hasOverflowed) {
      this.#hasOverflowed = false;
      await this.#askAfterOverflow(session);
    } else if (look.isWhole && this.isStale(look.mailboxes)) {
      await this.#ask(session);
    }
  }

  /**
   * Dovecot 2.3 watches files for us, and goes on watching the old ones after it has begun new ones: what it reports then
   * comes half a minute late, until it is asked anew. That costs a look at everything: not too often, and only after a
   * report.
   */
  isStale(mailboxes: number): boolean {
    const thousands = Math.ceil(mailboxes / 1000);
    const age = performance.now() - this.#askedAt;
    return this.isNotified && this.#hasReported && age >= thousands * this.#options.freshMs;
  }

  async #ask(session: Session): Promise<void> {
    const { side, usesNotify, reference, canIdle, report } = this.#options;
    if (!usesNotify) {
      this.#detection = "poll";
      return;
    }
    this.#askedAt = performance.now();
    this.#hasReported = false;
    const { detection, refusal } = await requestNotify(session, { reference, canIdle });
    this.#detection = detection;
    if (detection === "notify") return;
    report({ type: "notify-missing", side, instead: detection, reason: refusal ?? "" });
  }

  /** If it overflows again at once, each attempt would cost a look at everything. */
  async #askAfterOverflow(session: Session): Promise<void> {
    const now = performance.now();
    const last = this.#lastOverflowAt;
    this.#lastOverflowAt = now;
    if (last === undefined || now - last > overflowMs) {
      await this.#ask(session);
      return;
    }
    const { side, canIdle, report } = this.#options;
    const instead = insteadOfNotify(session, canIdle);
    this.#detection = instead;
    const reason = "the server has stopped reporting changes, because there are too many";
    report({ type: "notify-missing", side, instead, reason });
  }
}
