// A command that the server did not understand although its literals were sent unasked (RFC 7888). Whatever is in them the
// server may have taken for commands, and may still do so: the connection is of no use any more.

import { InterimapError } from "../model/errors.ts";
import type { Side } from "../model/side.ts";
import { wordsOf } from "./command-refused.ts";
import type { StatusResponse, TaggedResponse } from "./responses.ts";
import { retryAfterMs } from "./retry-after.ts";

const hint = "it might take the text of a message for commands; run again: what was done is recorded";

/** What the command at fault fails with; all others, with {@link alsoLost}. */
export class LiteralRefused extends InterimapError {
  readonly command: string;
  /** What the server said, as a reason why it does not take what was in the literals. */
  readonly reason: string;

  constructor(command: string, answer: Pick<TaggedResponse | StatusResponse, "status" | "code" | "text">, side: Side) {
    const words = wordsOf(answer);
    super(
      "CONNECTION_LOST",
      `the server did not understand ${command}, so the connection was dropped: ${answer.status} ${words}`,
      { side, hint, retryAfterMs: retryAfterMs(answer) },
    );
    this.name = "LiteralRefused";
    this.command = command;
    this.reason = words;
  }

  /** For what was on the same connection, and is not to blame. */
  get alsoLost(): InterimapError {
    const { message, side, retryAfterMs: pause } = this;
    return new InterimapError("CONNECTION_LOST", message, {
      hint,
      cause: this,
      retryAfterMs: pause,
      ...(side && { side }),
    });
  }
}
