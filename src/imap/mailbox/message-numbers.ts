// Says which message a server means when it gives only its number.

import type { UidSet } from "../../model/uid-set.ts";
import type { ExpungeResponse, FetchResponse } from "../responses.ts";
import { SequenceNumbers } from "./sequence-numbers.ts";

/**
 * The UID of the message; `unknown`: nobody can tell, and the server has to be asked. Or why that cannot be: then nothing the
 * server says of the mailbox is to be relied on.
 */
export type Named = number | "unknown" | { readonly fault: string };

/** One for each selected mailbox, since what a number means depends on what was said before. */
export interface MessageNumbers {
  expunged(response: ExpungeResponse): Named;
  /** Of a FETCH, most often without UID. */
  changed(response: FetchResponse): Named;
  /** All messages up to the last of these, if nothing was removed since `removals` messages had been. */
  know(messages: UidSet, removals: number): void;
  /** How many messages were removed by number since the mailbox was selected. */
  readonly removals: number;
}

/** RFC 7162 3.2.10, 3.2.4: removals are reported as VANISHED only, and every unsolicited FETCH carries the UID. */
export const neverByNumber: MessageNumbers = {
  expunged: () => ({ fault: "the server sent EXPUNGE although QRESYNC is enabled" }),
  changed: ({ uid }) => uid ?? { fault: "the server sent a FETCH without UID although QRESYNC is enabled" },
  know: () => undefined,
  removals: 0,
};

/** Numbers are all that the server tells: they are counted along, and believed as far as the messages are known. */
export class CountedNumbers implements MessageNumbers {
  #numbers: SequenceNumbers | undefined;
  removals = 0;

  expunged({ sequence }: ExpungeResponse): Named {
    this.removals++;
    return this.#numbers?.remove(sequence) ?? "unknown";
  }

  changed({ sequence, uid }: FetchResponse): Named {
    const known = this.#numbers?.uidAt(sequence);
    if (uid === undefined) return known ?? "unknown";
    // The server counts otherwise.
    if (known !== undefined && known !== uid) this.#numbers = undefined;
    return uid;
  }

  know(messages: UidSet, removals: number): void {
    if (removals === this.removals) this.#numbers = new SequenceNumbers(messages);
  }
}
