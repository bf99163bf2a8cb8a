// Which of the renames that servers told of (RFC 5465 5.4) are to be followed on the other side. Pure.

import { fromWire, isWithin } from "../model/mailbox-name.ts";
import { otherSide, sides, type PerSide, type Side } from "../model/side.ts";
import type { RenameNews } from "./agenda.ts";
import type { MailboxState } from "../model/mailbox-state.ts";
import type { Listing } from "./mailbox-listing.ts";
import type { KnownMailbox } from "./mailbox-plan.ts";

export interface RenameSource {
  /** What was told since the last call, in order. */
  take(): readonly RenameNews[];
  /** Whether renames that a side's server should have told of are to be followed even if it did not. */
  isTold(side: Side): boolean;
  /** Waits a moment for news of these mailboxes, which one server does not have any more; true if some came. */
  mayExplain(gone: readonly { readonly side: Side; readonly name: string }[]): Promise<boolean>;
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
 * Renames that nobody told of, as Dovecot 2.3 does at times: a known mailbox is gone, and exactly one that was not there
 * before has its UIDVALIDITY, and a UIDNEXT and HIGHESTMODSEQ that go on from where it was.
 */
export function deduceRenames(side: Side, circumstances: Circumstances): Followed[] {
  const found = heirsOn([side], circumstances).map((rename) => ({ side, ...rename }));
  return parentsOnly(found.filter((rename) => isToBeFollowed(rename, circumstances)));
}

/** Renames that both servers have done and the database has not: whoever did them was ended before, or were two people. */
export function findDoneRenames(circumstances: Circumstances): Renamed[] {
  const { isIgnored } = circumstances;
  return heirsOn(sides, circumstances).filter(({ from, to }) => !isIgnored(from) && !isIgnored(to));
}

function heirsOn(on: readonly Side[], { listings, known }: Circumstances): Renamed[] {
  const exists = (side: Side, name: string): boolean => listings[side].mailboxes.get(name)?.exists === true;
  const names = [...listings[on[0]!].mailboxes.keys()];
  const unknown = names.filter((name) => !known.has(name) && on.every((side) => exists(side, name)));
  const gone = [...known].filter(([name]) => name !== "INBOX" && !on.some((side) => exists(side, name)));
  const found = gone.flatMap(([from, { states }]) => {
    const heirs = unknown.filter((name) =>
      on.every((side) => continues(listings[side].mailboxes.get(name)?.state, states[side])),
    );
    const [to] = heirs;
    return to === undefined || heirs.length > 1 ? [] : [{ from, to }];
  });
  // Two that could be the same one are no proof.
  return found.filter(({ to }) => found.filter((other) => other.to === to).length === 1);
}

function continues(now: MailboxState | undefined, before: MailboxState | undefined): boolean {
  if (now === undefined || before === undefined || now.uidValidity !== before.uidValidity) return false;
  return now.uidNext >= before.uidNext && now.highestModSeq >= before.highestModSeq;
}

/**
 * Only what both sides had under the old name, and only one has, under the new name, now: anything else is not what it was
 * when it was told, or our own doing. Parents come before their children, who go along with them.
 */
export function planFollowing(news: readonly RenameNews[], circumstances: Circumstances): Followed[] {
  const named = news.flatMap((one) => programNames(one, circumstances));
  return parentsOnly(joined(named).filter((rename) => isToBeFollowed(rename, circumstances)));
}

/**
 * A mailbox that was renamed again is where the last rename left it: in between its name may have become another one's.
 */
function joined(renames: readonly Followed[]): Followed[] {
  let result: Followed[] = [];
  for (const rename of renames) {
    const { side, from, to } = rename;
    const isKnownAs = (one: Followed): boolean => one.side === side && one.to === from;
    const isContinued = result.some(isKnownAs);
    result = result.map((one) =>
      one.side === side && isWithin(one.to, from) ? { ...one, to: to + one.to.slice(from.length) } : one,
    );
    if (!isContinued) result.push(rename);
  }
  return result;
}

function parentsOnly(renames: readonly Followed[]): Followed[] {
  const parents: Followed[] = [];
  for (const rename of [...renames].sort((a, b) => a.from.length - b.from.length)) {
    const isCarried = ({ side, from, to }: Followed): boolean =>
      side === rename.side && isWithin(rename.from, from) && rename.to === to + rename.from.slice(from.length);
    if (!parents.some(isCarried)) parents.push(rename);
  }
  return parents;
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
