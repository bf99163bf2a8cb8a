// How a connection ends, once: by a goodbye, the server's or ours, or by a failure. From then on nothing can be sent.

import { InterimapError } from "../../model/errors.ts";
import type { Side } from "../../model/side.ts";
import { wordsOf } from "../command-refused.ts";
import { LiteralRefused } from "../literal-refused.ts";
import type { StatusResponse } from "../responses.ts";
import { retryAfterMs } from "../retry-after.ts";

/** All is done and recorded when we say goodbye. */
const goodbyeLimitMs = 5_000;

export interface EndingOptions {
  readonly side: Side;
  /** See {@link Transport.epitaph}. */
  readonly epitaph: () => string | undefined;
  /** Called once: nothing is to be read and written any more, and nothing will be answered. */
  readonly onEnd: (reason: Error) => void;
}

export class Ending {
  readonly #options: EndingOptions;
  #reason: Error | undefined;
  /** The server's BYE. */
  #goodbye: StatusResponse | undefined;
  /** We have said goodbye. */
  #isLeaving = false;
  #hasEnded: (reason: Error) => void = () => undefined;
  /** Resolves with the reason when the connection is gone, for whatever reason. */
  readonly ended = new Promise<Error>((resolve) => {
    this.#hasEnded = resolve;
  });

  constructor(options: EndingOptions) {
    this.#options = options;
  }

  /** Nobody has said goodbye, and the connection is there. */
  get isOpen(): boolean {
    return this.#reason === undefined && this.#goodbye === undefined && !this.#isLeaving;
  }

  /** Why the connection is gone, when it is. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /** Why no command would be answered any more; our own goodbye may be. */
  get refusal(): Error | undefined {
    return this.#reason ?? (this.#goodbye && !this.#isLeaving ? this.lost() : undefined);
  }

  /** CONNECTION_LOST, with what the server said last, or else what is known of why. */
  lost(cause?: Error): InterimapError {
    const goodbye = this.#goodbye;
    const words = (goodbye && wordsOf(goodbye)) ?? this.#options.epitaph() ?? cause?.message;
    return new InterimapError("CONNECTION_LOST", `connection lost${words === undefined ? "" : `: ${words}`}`, {
      hint: "run again: what was done is recorded",
      cause,
      side: this.#options.side,
      retryAfterMs: goodbye && retryAfterMs(goodbye),
    });
  }

  /** Only the first reason counts. */
  end(reason: Error): void {
    if (this.#reason !== undefined) return;
    if (reason instanceof InterimapError) reason.side ??= this.#options.side;
    this.#reason = reason;
    this.#hasEnded(reason);
    this.#options.onEnd(reason);
  }

  /** After this nothing is answered, though the connection may stay open; what came together with it is read. */
  hearGoodbye(goodbye: StatusResponse): void {
    this.#goodbye = goodbye;
    if (!this.#isLeaving)
      setImmediate(() => {
        this.end(this.lost());
      });
  }

  /**
   * `say` sends the goodbye. This waits for the answer, or until `sent` says that everything has left. If that takes too long,
   * all ends.
   */
  async sayGoodbye(say: () => Promise<unknown>, sent?: () => Promise<unknown>): Promise<void> {
    const limit = setTimeout(() => {
      this.end(this.lost());
    }, goodbyeLimitMs);
    const answered = say();
    this.#isLeaving = true;
    await (sent === undefined ? answered.catch(() => undefined) : Promise.race([this.ended, sent()]));
    clearTimeout(limit);
  }
}

/** One of the two has taken what was sent for something else: nothing that has not left yet must reach the other. */
export function isMisunderstanding(reason: Error): boolean {
  return reason instanceof InterimapError && (reason.code === "PROTOCOL" || reason.cause instanceof LiteralRefused);
}
