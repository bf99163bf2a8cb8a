// Pairs messages that both servers hold without a mapping saying so. Pure.
// Equal messages pair in UID order, so k copies against m make min(k, m) pairs and only the rest is copied.

import type { MessageIdentity } from "../imap/commands/fetch.ts";
import { groupBy } from "../model/group-by.ts";
import type { PerSide } from "../model/side.ts";

export function planMatches({ local, remote }: PerSide<readonly MessageIdentity[]>): PerSide<MessageIdentity>[] {
  const descending = remote.toSorted((a, b) => b.uid - a.uid);
  // The next one of each group is its last.
  const waiting = groupBy(descending, keyOf);
  return local
    .toSorted((a, b) => a.uid - b.uid)
    .flatMap((message) => {
      const counterpart = waiting.get(keyOf(message))?.pop();
      return counterpart === undefined ? [] : { local: message, remote: counterpart };
    });
}

/**
 * How far two messages may be copies of each other. Servers alter what they store: a bare LF becomes CRLF, a date is not
 * taken over. So a difference alone proves little.
 */
export type Likeness =
  /** Nothing tells them apart. */
  | "equal"
  /** A server may have made one of the other. */
  | "plausible"
  /** Too much differs to be an alteration, unless there is nothing better. */
  | "unlikely"
  /** Two Message-IDs, two dates, two sizes: no server does that to a message. */
  | "none";

export function likeness({ local, remote }: PerSide<MessageIdentity>): Likeness {
  const sameDate = Object.is(local.date, remote.date);
  const sameSize = local.size === remote.size;
  if (local.messageId === remote.messageId) {
    if (sameDate && sameSize) return "equal";
    return sameDate || sameSize || local.messageId !== undefined ? "plausible" : "unlikely";
  }
  if (local.messageId === undefined || remote.messageId === undefined) {
    return sameDate || sameSize ? "plausible" : "unlikely";
  }
  return sameDate || sameSize ? "unlikely" : "none";
}

function keyOf({ messageId = "", date, size }: MessageIdentity): string {
  return `${String(date)} ${String(size)} ${messageId}`;
}
