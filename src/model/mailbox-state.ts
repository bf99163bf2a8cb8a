// What identifies the contents of a mailbox on one server at one moment.

/** RFC 3501 2.3.1.1 and RFC 7162 3.1.2.1; uidValidity and uidNext are 32-bit, highestModSeq 63-bit. */
export interface MailboxState {
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly highestModSeq: bigint;
}

export function sameState(a: MailboxState, b: MailboxState): boolean {
  return a.uidValidity === b.uidValidity && a.uidNext === b.uidNext && a.highestModSeq === b.highestModSeq;
}

/** Of a mailbox none of whose messages was looked at. */
export function nothingSeen(uidValidity: number): MailboxState {
  return { uidValidity, uidNext: 1, highestModSeq: 0n };
}
