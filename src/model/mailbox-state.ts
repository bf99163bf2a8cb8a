// What identifies the contents of a mailbox on one server at one moment.

import { noModSeq } from "./mod-seq.ts";

/** RFC 3501 2.3.1.1 and RFC 7162 3.1.2.1; uidValidity and uidNext are 32-bit, highestModSeq 63-bit. */
export interface MailboxState {
  readonly uidValidity: number;
  readonly uidNext: number;
  /** None (0) where the mailbox has no mod-sequences, or they are not to be believed: see {@link hasModSeq}. */
  readonly highestModSeq: bigint;
}

/** What was last synchronised. */
export interface Recorded extends MailboxState {
  /** How many messages there were; undefined when that is not known. */
  readonly messages?: number | undefined;
}

/** What LIST reported (RFC 5819). */
export type Listed = Recorded;

/** What a server said of a mailbox at one moment. */
export interface Observation extends MailboxState {
  /** Undefined when it did not say. */
  readonly messages: number | undefined;
  /** The highest mod-sequence that it had reported of any message by then. */
  readonly latestModSeq: bigint;
}

export function sameState(a: MailboxState, b: MailboxState): boolean {
  return a.uidValidity === b.uidValidity && a.uidNext === b.uidNext && a.highestModSeq === b.highestModSeq;
}

/** Of a mailbox none of whose messages was looked at. */
export function nothingSeen(uidValidity: number): MailboxState {
  return { uidValidity, uidNext: 1, highestModSeq: noModSeq };
}

/** Whether a server can be asked by a mod-sequence what changed since; they start at 1 (RFC 7162 3.1.1). */
export function hasModSeq({ highestModSeq }: Pick<MailboxState, "highestModSeq">): boolean {
  return highestModSeq > noModSeq;
}

/** A state that says that changes since are not reported: each run compares the mailbox in full. */
export function withoutModSeq(state: MailboxState): MailboxState {
  return { ...state, highestModSeq: noModSeq };
}

/** Whether changes since a state are reported; in a mailbox that never had a message, there is nothing to report. */
export function followsChanges(state: MailboxState): boolean {
  return hasModSeq(state) || state.uidNext <= 1;
}

type Numbers = Pick<MailboxState, "uidNext" | "highestModSeq">;

/**
 * What went back, and must not as long as UIDVALIDITY stays (RFC 3501 2.3.1.1, RFC 7162 3.1.2.1); undefined: nothing did. A
 * HIGHESTMODSEQ of 0 is none, and says nothing.
 */
export function itemBehind(now: Numbers, before: Numbers): "UIDNEXT" | "HIGHESTMODSEQ" | undefined {
  if (now.uidNext < before.uidNext) return "UIDNEXT";
  return hasModSeq(now) && now.highestModSeq < before.highestModSeq ? "HIGHESTMODSEQ" : undefined;
}

/** Whether a mailbox may have become this one. */
export function continues(now: MailboxState, before: MailboxState): boolean {
  return now.uidValidity === before.uidValidity && itemBehind(now, before) === undefined;
}
