// A tagged NO or BAD, as an error that keeps the server's words and response code.

import { InterimapError } from "../model/errors.ts";
import type { Side } from "../model/side.ts";
import { retryAfterMs } from "./retry-after.ts";
import type { ResponseCode, TaggedResponse } from "./responses.ts";

export class CommandRefused extends InterimapError {
  readonly command: string;
  readonly status: TaggedResponse["status"];
  readonly responseCode: ResponseCode | undefined;
  /** The server's words, without the response code. */
  readonly words: string;

  constructor(command: string, response: TaggedResponse, side: Side) {
    const code = response.code === undefined ? "" : `[${response.code.name}] `;
    super("COMMAND_REFUSED", `the server refused ${command}: ${response.status} ${code}${response.text}`, {
      side,
      retryAfterMs: retryAfterMs(response),
    });
    this.name = "CommandRefused";
    this.command = command;
    this.status = response.status;
    this.responseCode = response.code;
    this.words = response.text;
  }
}
