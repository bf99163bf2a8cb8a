// A tagged NO or BAD, as an error that keeps the server's words and response code.

import { InterimapError } from "../model/errors.ts";
import type { Side } from "../model/side.ts";
import type { ResponseCode, TaggedResponse } from "./responses.ts";
import { retryAfterMs } from "./retry-after.ts";

/** RFC 5530 3: these say nothing of what was asked for, only of now. */
const passing: ReadonlySet<string> = new Set(["UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "CONTACTADMIN"]);

export class CommandRefused extends InterimapError {
  readonly command: string;
  readonly status: TaggedResponse["status"];
  readonly responseCode: ResponseCode | undefined;
  /** The server's words, and the response code before them. */
  readonly words: string;

  constructor(command: string, response: TaggedResponse, side: Side) {
    const words = wordsOf(response);
    super("COMMAND_REFUSED", `the server refused ${command}: ${response.status} ${words}`, {
      side,
      retryAfterMs: retryAfterMs(response),
    });
    this.name = "CommandRefused";
    this.command = command;
    this.status = response.status;
    this.responseCode = response.code;
    this.words = words;
  }

  /** The server is in trouble, or busy: asked later, it may do the same. */
  get willPass(): boolean {
    return passing.has(this.responseCode?.name ?? "") || this.retryAfterMs !== undefined;
  }

  /**
   * The same where there is nothing to work on without an answer, and so the whole server is given up: SERVER_BUSY if that
   * will pass, else PROTOCOL, with this hint.
   */
  ofServer(hint?: string): InterimapError {
    const details = {
      cause: this,
      retryAfterMs: this.retryAfterMs,
      ...(this.side !== undefined && { side: this.side }),
    };
    return this.willPass
      ? new InterimapError("SERVER_BUSY", this.message, { ...details, hint: "try again later" })
      : new InterimapError("PROTOCOL", this.message, { ...details, ...(hint !== undefined && { hint }) });
  }
}

/** What Dovecot adds to tell how long it took: it differs each time. */
const timing = / ?\(\d+\.\d+ \+ \d+\.\d+(?: \+ \d+\.\d+)? secs\)\.?$/;

/** For people: a response's code and text, as one line. */
export function wordsOf({ code, text }: Pick<TaggedResponse, "code" | "text">): string {
  const words = text.replace(timing, "");
  return code === undefined ? words : `[${code.name}] ${words}`.trimEnd();
}
