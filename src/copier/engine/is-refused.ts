// A refusal that costs a folder, and not the run.

import { CommandRefused } from "../../imap/command-refused.ts";
import { InterimapError } from "../../model/errors.ts";

/** The server refuses to open the folder, or to tell what is in it. */
export function isRefused(error: unknown): error is InterimapError {
  return error instanceof CommandRefused || (error instanceof InterimapError && error.abandons === "mailbox");
}
