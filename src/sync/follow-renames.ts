// Which of the renames that servers told of (RFC 5465 5.4) are to be followed on the other side. Pure.

import { fromWire, isWithin } from "../model/mailbox-name.ts";
import { otherSide, type PerSide, type Side } from "../model/side.ts";
import type { RenameNews } from "./agenda.ts";
import type { Listing } from "./mailbox-listing.ts";

export interface RenameSource {
  /** What was told since the last call, in order. */
  take(): readonly RenameNews[];
  /** Waits a moment for news of these mailboxes, which one server does not have any more; true if some came. */
  mayExplain(gone: readonly { readonly side: Side; readonly name: string }[]): Promise<boolean>;
}

export interface Followed {
  /** Where it happened. */
  readonly side: Side;
  readonly from: string;
  readonly to: string;
}

interface Circumstances {
  readonly listings: PerSide<Listing>;
  readonly known: ReadonlyMap<string, unknown>;
  readonly isIgnored: (name: string) => boolean;
}

/**
 * Only what both sides had under the old name, and only one has, under the new name, now: anything else is not what it was
 * when it was told, or our own doing. Parents come before their children, who go along with them.
 */
export function planFollowing(news: readonly RenameNews[], circumstances: Circumstances): Followed[] {
  const followed: Followed[] = [];
  const named = news.flatMap((one) => programNames(one, circumstances));
  for (const rename of named.sort((a, b) => a.from.length - b.from.length)) {
    if (followed.some(({ side, from }) => side === rename.side && isWithin(rename.from, from))) continue;
    if (isToBeFollowed(rename, circumstances)) followed.push(rename);
  }
  return followed;
}

function programNames({ side, ...wire }: RenameNews, { listings }: Circumstances): Followed[] {
  const from = fromWire(wire.from, listings[side].naming);
  const to = fromWire(wire.to, listings[side].naming);
  return from === undefined || to === undefined || from === "INBOX" ? [] : [{ side, from, to }];
}

function isToBeFollowed({ side, from, to }: Followed, { listings, known, isIgnored }: Circumstances): boolean {
  const exists = (on: Side, name: string): boolean => listings[on].mailboxes.get(name)?.exists === true;
  const other = otherSide(side);
  return (
    known.has(from) &&
    !known.has(to) &&
    !isIgnored(from) &&
    !isIgnored(to) &&
    !exists(side, from) &&
    exists(side, to) &&
    exists(other, from) &&
    !exists(other, to)
  );
}
