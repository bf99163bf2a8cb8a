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

function keyOf({ messageId, internalDate, size }: MessageIdentity): string {
  // Servers report INTERNALDATE in time zones of their own.
  return JSON.stringify([messageId, Date.parse(internalDate.trim().replace(/^(\d+)-(\w+)-/u, "$1 $2 ")), size]);
}
