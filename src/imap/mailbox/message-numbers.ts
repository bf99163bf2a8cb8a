// Says which message a server means when it gives only its number.

import type { ExpungeResponse, FetchResponse } from "../responses.ts";

/**
 * Whose message it is; `unknown`: nobody can tell, and the server has to be asked. Or why that cannot be: then nothing the
 * server says of the mailbox is to be relied on.
 */
export type Named = { readonly uid: number } | "unknown" | { readonly fault: string };

/** One for each selected mailbox, since what a number means depends on what was said before. */
export interface MessageNumbers {
  expunged(response: ExpungeResponse): Named;
  /** Of a FETCH without UID. */
  changed(response: FetchResponse): Named;
}

/** RFC 7162 3.2.10, 3.2.4: removals are reported as VANISHED only, and every unsolicited FETCH carries the UID. */
export const neverByNumber: MessageNumbers = {
  expunged: () => ({ fault: "the server sent EXPUNGE although QRESYNC is enabled" }),
  changed: () => ({ fault: "the server sent a FETCH without UID although QRESYNC is enabled" }),
};

/** Nobody counts along. */
export const uncounted: MessageNumbers = {
  expunged: () => "unknown",
  changed: () => "unknown",
};
