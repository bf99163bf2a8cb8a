// The arithmetic of the guard against mass deletions: how much is too much, and what to remember of deletions that it allows.
// Pure.

import type { DeletionLimit } from "../../model/deletion-limit.ts";

/** If there are few messages, their share of all says little. */
const harmless = 100;
/** Deleting all of so few messages is nothing unusual. */
const fewest = 10;
/** The share of its messages that a mailbox may lose. */
const mailboxShare = 0.9;

/** The numbers on which the guard decides. Each is computed only if something depends on it. */
export interface Standing {
  /** Undefined: there is no limit. */
  readonly limit: DeletionLimit | undefined;
  /** How many messages were deleted within 24 hours before this run. */
  readonly lostBefore: number;
  /** How many messages are on both sides and count for the limit. */
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

/** Whether a mailbox counts for the limit. People empty those with rubbish; but if the limit is a number, all count. */
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
  /** Nothing may be deleted: the mailbox loses nearly everything, and nobody has allowed that. */
  readonly isStopped: boolean;
  /** The mailbox loses nearly everything, and may do so. */
  readonly isEmptied: boolean;
  /** Its earlier losses do not count any more. */
  readonly forgets: boolean;
  /** How many it had, if that has to be remembered. */
  readonly stock: number | undefined;
}

/** A mailbox that loses nearly everything is judged by itself, however large the others are. */
export function planAdmission({ limit, known, before, vanished, moved, wasEmptied }: MailboxStanding): Admission {
  const lost = before - known + vanished;
  const losesMost = before > harmless && lost - moved > mailboxShare * before;
  // A person who allows it knows what was deleted until now.
  if (limit === undefined) return { lost, isStopped: false, isEmptied: losesMost, forgets: true, stock: undefined };
  const isCase = losesMost && "share" in limit && limit.share < 1;
  // A person who empties it from time to time was asked once.
  if (isCase && !wasEmptied()) return { lost, isStopped: true, isEmptied: false, forgets: false, stock: undefined };
  // Moved messages count as if they had never been here.
  const hasMoved = moved > 0;
  return { lost, isStopped: false, isEmptied: isCase, forgets: hasMoved, stock: hasMoved ? before - moved : known };
}
