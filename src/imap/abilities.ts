// What was agreed with a server on a connection, as far as it decides how mailboxes can be observed. Each ability says what we
// can rely on, not which extension brings it.

import { CountedNumbers, type MessageNumbers, neverByNumber } from "./mailbox/message-numbers.ts";

export interface Abilities {
  /** Mailboxes and messages have mod-sequences, unless a mailbox says otherwise (RFC 7162 3.1): they may be asked for. */
  readonly modSeqs: boolean;
  /** SELECT takes a known state and is answered with what happened since (RFC 7162 3.2.5). */
  readonly reportsSince: boolean;
  /** How to read sequence numbers in one selected mailbox. */
  readonly messageNumbers: () => MessageNumbers;
}

/** Nothing was enabled: the base protocol (RFC 3501). */
export const basic: Abilities = { modSeqs: false, reportsSince: false, messageNumbers: () => new CountedNumbers() };

/** Every SELECT asks for mod-sequences (RFC 7162 3.1.8). */
export const withCondstore: Abilities = { ...basic, modSeqs: true };

/** After ENABLE QRESYNC (RFC 7162 3.2.3). */
export const withQresync: Abilities = { modSeqs: true, reportsSince: true, messageNumbers: () => neverByNumber };
