// Pairs messages that both servers hold without a mapping saying so. Pure.
// Equal messages pair in UID order, so k copies against m make min(k, m) pairs and only the rest is copied.

import type { MessageIdentity } from "../imap/commands/fetch.ts";
import { groupBy } from "../model/group-by.ts";
import type { PerSide } from "../model/side.ts";

export function planMatches(unmapped: PerSide<readonly MessageIdentity[]>): PerSide<MessageIdentity>[] {
  const inUidOrder = (messages: readonly MessageIdentity[]): MessageIdentity[] =>
    messages.toSorted((a, b) => a.uid - b.uid);
  const remote = groupBy(inUidOrder(unmapped.remote), keyOf);
  const pairs: PerSide<MessageIdentity>[] = [];
  for (const [key, locals] of groupBy(inUidOrder(unmapped.local), keyOf)) {
    const counterparts = remote.get(key) ?? [];
    locals.slice(0, counterparts.length).forEach((local, i) => {
      pairs.push({ local, remote: counterparts[i] as MessageIdentity });
    });
  }
  return pairs;
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
  const sameDate = Object.is(instantOf(local), instantOf(remote));
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

function keyOf(identity: MessageIdentity): string {
  return JSON.stringify([identity.messageId, instantOf(identity), identity.size]);
}

/** Servers report INTERNALDATE in time zones of their own. */
function instantOf({ internalDate }: MessageIdentity): number {
  return Date.parse(internalDate.trim().replace(/^(\d+)-(\w+)-/u, "$1 $2 "));
}
