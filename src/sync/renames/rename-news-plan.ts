// Decides which of the renames that servers reported (RFC 5465 5.4) are followed on the other side. Pure.

import { canonicalLevels, nameIn } from "../../mail/listing/inbox-levels.ts";
import type { Listing } from "../../mail/listing/list-mailboxes.ts";
import { isWithin, renamedAlong } from "../../model/mailbox-name.ts";
import { otherSide, type PerSide, type Side } from "../../model/side.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";

/** Names as on the wire. */
export interface RenameNews {
  readonly side: Side;
  readonly from: string;
  readonly to: string;
}

export interface RenameSource {
  /** The reports since the last call, in order. */
  take(): readonly RenameNews[];
  /** Whether to follow renames that a side's server should have reported but did not. */
  isTold(side: Side): boolean;
  /**
   * Unless `mayWait` forbids it, waits a moment for news of these mailboxes, which one server no longer lists over these
   * connections; true if some came.
   */
  mayExplain(
    gone: readonly { readonly side: Side; readonly name: string }[],
    asked: { readonly connections: PerSide<object>; readonly mayWait: boolean },
  ): Promise<boolean>;
}

export interface Renamed {
  readonly from: string;
  readonly to: string;
}

export interface Followed extends Renamed {
  /** Where it happened. */
  readonly side: Side;
}

interface Circumstances {
  readonly listings: PerSide<Listing>;
  readonly known: ReadonlyMap<string, Pick<KnownMailbox, "states">>;
  readonly isIgnored: (name: string) => boolean;
}

/**
 * Only mailboxes that both sides had under the old name, and that only one side has under the new name now. In all other cases,
 * things have changed since the report, or the rename was our own. Parents come before their children, which go along.
 */
export function planFollowing(news: readonly RenameNews[], circumstances: Circumstances): Followed[] {
  const named = news.flatMap((one) => programNames(one, circumstances));
  return parentsOnly(joined(named).filter((rename) => isToBeFollowed(rename, circumstances)));
}

/**
 * If a mailbox was renamed again, the last rename counts: in between, its name may have become another one's.
 */
function joined(renames: readonly Followed[]): Followed[] {
  let result: Followed[] = [];
  for (const rename of renames) {
    const { side, from } = rename;
    const isKnownAs = (one: Followed): boolean => one.side === side && one.to === from;
    const isContinued = result.some(isKnownAs);
    result = result.map((one) =>
      one.side === side && isWithin(one.to, from) ? { ...one, to: renamedAlong(one.to, rename) } : one,
    );
    if (!isContinued) result.push(rename);
  }
  return result;
}

/** Without those that go along with a mailbox above them. */
export function parentsOnly<T extends Followed>(renames: readonly T[]): T[] {
  const parents: T[] = [];
  for (const rename of [...renames].sort((a, b) => a.from.length - b.from.length)) {
    const isCarried = (above: Followed): boolean =>
      above.side === rename.side && isWithin(rename.from, above.from) && rename.to === renamedAlong(rename.from, above);
    if (!parents.some(isCarried)) parents.push(rename);
  }
  return parents;
}

/** A mailbox that is not listed any more is known. */
function programName(
  wireName: string,
  { side, listings, known }: Pick<Circumstances, "listings" | "known"> & { readonly side: Side },
): string | undefined {
  const name = nameIn(listings[side], wireName);
  return name === undefined || known.has(name) ? name : canonicalLevels(name);
}

function programNames({ side, ...wire }: RenameNews, { listings, known }: Circumstances): Followed[] {
  const from = programName(wire.from, { side, listings, known });
  const to = nameIn(listings[side], wire.to);
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
