// The arithmetic of the guard against mass deletions: what is too much, and what is remembered of what may be deleted. Pure.

import type { DeletionLimit } from "../../model/deletion-limit.ts";

/** A share of all messages says little where there are few. */
const harmless = 100;
/** To delete all of so few is nothing unusual. */
const fewest = 10;
/** The share of its messages that a mailbox may lose. */
const mailboxShare = 0.9;

/** What the guard goes by. Each number is asked for only where something depends on it. */
export interface Standing {
  /** Undefined: whatever is to be deleted, is. */
  readonly limit: DeletionLimit | undefined;
  /** How many messages were deleted within 24 hours before this run. */
  readonly lostBefore: number;
  /** How many messages are on both sides, as far as the limit is about them. */
  readonly known: number;
}

/** Whether `count` messages are more than a run may delete. */
export function isTooMany(standing: Standing, count: number): boolean {
  const { limit } = standing;
  if (limit === undefined || count === 0) return false;
  const { lostBefore } = standing;
  const lost = count + lostBefore;
  if ("messages" in limit) return lost > limit.messages;
  if (limit.share >= 1 || lost < fewest) return false;
  const { known } = standing;
  const isEverything = count >= fewest && count >= known;
  return isEverything || lost > Math.max(harmless, limit.share * (known + lostBefore));
}

/** Whether the limit is about a mailbox. People empty those with rubbish, but a number of messages is one of all. */
export function isAbout(limit: DeletionLimit | undefined, { isRubbish }: { readonly isRubbish: boolean }): boolean {
  return !isRubbish || (limit !== undefined && "messages" in limit);
}

export interface MailboxStanding {
  readonly limit: DeletionLimit | undefined;
  /** How many messages it has on both sides. */
  readonly known: number;
  /** How many it had before the first deletion of the last 24 hours. */
  readonly before: number;
  /** How many are about to be deleted. */
  readonly vanished: number;
  /** How many of them are in another mailbox of the server that would delete them here. */
  readonly moved: number;
  /** It was emptied within the last month, with permission. */
  readonly wasEmptied: () => boolean;
}

export interface Admission {
  /** How many it has lost within 24 hours, these included. */
  readonly lost: number;
  /** Nothing may be deleted: it loses nearly everything, and nobody has allowed that. */
  readonly isStopped: boolean;
  /** It loses nearly everything, and may. */
  readonly isEmptied: boolean;
  /** What it lost until now does not count any more. */
  readonly forgets: boolean;
  /** How many it had, to be remembered; undefined: nothing is. */
  readonly stock: number | undefined;
}

/** A mailbox that loses nearly everything is a case by itself, however large the others are. */
export function planAdmission({ limit, known, before, vanished, moved, wasEmptied }: MailboxStanding): Admission {
  const lost = before - known + vanished;
  const losesMost = before > harmless && lost - moved > mailboxShare * before;
  // Whoever allows it has seen what was deleted until now.
  if (limit === undefined) return { lost, isStopped: false, isEmptied: losesMost, forgets: true, stock: undefined };
  const isCase = losesMost && "share" in limit && limit.share < 1;
  // Whoever empties it from time to time was asked once.
  if (isCase && !wasEmptied()) return { lost, isStopped: true, isEmptied: false, forgets: false, stock: undefined };
  // What was moved counts as if it had never been here.
  const hasMoved = moved > 0;
  return { lost, isStopped: false, isEmptied: isCase, forgets: hasMoved, stock: hasMoved ? before - moved : known };
}
