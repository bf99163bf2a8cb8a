// One run over all mailboxes: what it is to do, what it shares, and what it has found out.

import type { Session } from "../../imap/session/session.ts";
import type { ListingQuery } from "../../mail/listing/list-both.ts";
import type { Listing } from "../../mail/listing/list-mailboxes.ts";
import { ByteBudget, octetsInFlight } from "../../mail/transfer/byte-budget.ts";
import { Shortage } from "../../mail/transfer/reluctance.ts";
import type { DeletionLimit } from "../../model/deletion-limit.ts";
import { InterimapError } from "../../model/errors.ts";
import type { FollowedDeletions } from "../../model/followed-deletions.ts";
import { toWire } from "../../model/mailbox-name.ts";
import { type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import type { MailboxRecord } from "../../state/mailboxes.ts";
import type { Store } from "../../state/state-store.ts";
import { DeletionGuard } from "../deletions/deletion-guard.ts";
import type { KnownMailbox, MailboxPlan } from "../mailboxes/mailbox-plan.ts";
import type { RenameSource } from "../renames/rename-news-plan.ts";
import type { RunContext } from "./run-context.ts";

export interface SyncOptions extends Pick<RunContext, "connections" | "store" | "report" | "matchesExisting" | "stop"> {
  readonly query: ListingQuery;
  /** Mailboxes were named for this run: that one of them is gone says nothing of the others. */
  readonly isGiven?: boolean;
  readonly isIgnored: (name: string) => boolean;
  /** Mailboxes that are for the same on both servers are one (RFC 6154). */
  readonly pairsUses?: boolean;
  /** Mailboxes with these special uses (RFC 6154), in lower case, take no part unless they are named. */
  readonly skippedUses?: ReadonlySet<string>;
  /** The main ones, whether they still work or not; asked of `connections` if undefined. */
  readonly sessions?: PerSide<Session>;
  /** Undefined: whatever is to be deleted, is. */
  readonly deletionLimit: DeletionLimit | undefined;
  /** Visit every mailbox that is on both sides, check all that is recorded of it, and mend that. */
  readonly repairs?: boolean;
  /** Flags that may have changed without any number telling are left to a later run. */
  readonly leavesSilent?: boolean;
  /** A mailbox that only has another name now gets it on the other server, too, if its messages confirm that. */
  readonly followsRenames?: boolean;
  /** Mailboxes that were deleted on one server are deleted on the other; undefined: they are left to the user. */
  readonly deletions?: FollowedDeletions | undefined;
  /** Servers that report renames (RFC 5465): these are followed, where others look like a deletion and a new mailbox. */
  readonly renames?: RenameSource;
}

export interface Run extends SyncOptions, RunContext {
  readonly sessions: PerSide<Session>;
  /** Mailboxes something is wrong with: reported once, then not touched any more. */
  readonly skipped: Set<string>;
  /** Mailboxes that are to be looked at, though their numbers are what they were. */
  readonly doubted: Set<string>;
  /** Mailboxes that do not count against the deletion limit. */
  readonly rubbish: Set<string>;
  readonly created: PerSide<Set<string>>;
  /** Lines that could not be read, and have been reported. */
  readonly unreadable: PerSide<Set<string>>;
}

export interface Planned {
  readonly listings: PerSide<Listing>;
  readonly plan: MailboxPlan;
}

export interface Reconciled extends Planned {
  readonly known: ReadonlyMap<string, KnownMailbox>;
}

/** It is a dry run: what would be done is told. */
export function changesNothing({ sessions }: Pick<Run, "sessions">): boolean {
  return sides.some((side) => sessions[side].changesNothing);
}

/** For events of what a dry run leaves undone. */
export function ifPlanned(isPlanned: boolean): { readonly isPlanned?: true } {
  return isPlanned ? { isPlanned } : {};
}

export async function begin(options: SyncOptions): Promise<Run> {
  const sessions = options.sessions ?? (await options.connections.open());
  const skipped = new Set<string>();
  const rubbish = new Set<string>();
  return {
    ...options,
    sessions,
    guard: new DeletionGuard({
      countKnown: () => countKnown(options.store, new Set([...skipped, ...rubbish])),
      limit: options.deletionLimit,
      memory: options.store,
    }),
    surveys: new Map(),
    movedHere: new Map(),
    skipped,
    doubted: new Set(),
    rubbish,
    inFlight: perSide(() => new ByteBudget(() => octetsInFlight(sides.map((side) => sessions[side].roundTripMs)))),
    shortage: perSide(() => new Shortage()),
    created: perSide(() => new Set<string>()),
    unreadable: perSide(() => new Set<string>()),
  };
}

/** Without those of mailboxes that one server does not have any more, and rubbish: what is left is all that can vanish. */
function countKnown(store: Store, without: ReadonlySet<string>): number {
  const apart = store.mailboxes().filter(({ name }) => without.has(name));
  return apart.reduce((count, { idx }) => count - store.mappings.count(idx), store.mappings.countAll());
}

export function knownMailboxes(store: Store): ReadonlyMap<string, KnownMailbox> {
  if (store.needsUpgrade) return new Map();
  let all: ReadonlyMap<number, PerSide<number>> | undefined;
  // Read when one is asked for: with QRESYNC none is.
  const countsOf = (idx: number): PerSide<number> | undefined => (all ??= store.allMessageCounts()).get(idx);
  const withCounts = (record: MailboxRecord): KnownMailbox => ({
    ...record,
    get counts() {
      return countsOf(record.idx);
    },
  });
  return new Map(store.mailboxes().map((record) => [record.name, withCounts(record)]));
}

export function wireNamesOf(name: string, listings: PerSide<Listing>): PerSide<string> {
  return perSide((side) => listings[side].mailboxes.get(name)?.wireName ?? toWire(name, listings[side].naming));
}

export function rubbishOf(name: string, listings: PerSide<Listing>): { readonly isRubbish: boolean } {
  return { isRubbish: sides.some((side) => listings[side].mailboxes.get(name)?.isRubbish === true) };
}

interface Place {
  readonly side?: Side;
  readonly mailbox: string;
}

/** Errors that concern one mailbox end the work on it, nothing else. */
export async function attempt(run: Run, place: Place, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof InterimapError) || error.abandons !== "mailbox") throw error;
    skipMailbox(run, place, error);
  }
}

export function skipMailbox(run: Run, place: Place, error: InterimapError): void {
  run.skipped.add(place.mailbox);
  run.report({ type: "mailbox-skipped", ...place, error });
}
