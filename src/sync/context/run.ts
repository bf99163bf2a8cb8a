// One run over all mailboxes: its task, what it shares, and what it has found out.

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
  /** Mailboxes were named for this run, so the absence of one says nothing about the others. */
  readonly isGiven?: boolean;
  readonly isIgnored: (name: string) => boolean;
  /** Mailboxes that are for the same on both servers are one (RFC 6154). */
  readonly pairsUses?: boolean;
  /** Mailboxes with these special uses (RFC 6154), in lower case, take no part unless they are named. */
  readonly skippedUses?: ReadonlySet<string>;
  /** The main sessions, even broken ones. If undefined, they are opened. */
  readonly sessions?: PerSide<Session>;
  /** Undefined: everything may be deleted. */
  readonly deletionLimit: DeletionLimit | undefined;
  /** Visit every mailbox that is on both sides, check its records in full, and correct them. */
  readonly repairs?: boolean;
  /** Flags may be left to a later run if no number shows whether they changed. */
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
  /** Mailboxes with a problem: reported once, then left alone. */
  readonly skipped: Set<string>;
  /** Mailboxes to examine although their numbers have not changed. */
  readonly doubted: Set<string>;
  /** Mailboxes that do not count against the deletion limit. */
  readonly rubbish: Set<string>;
  readonly created: PerSide<Set<string>>;
  /** Mailboxes that are about to be deleted, and out of which messages have been copied. */
  readonly rescued: Set<number>;
  /** Unreadable lines that have been reported. */
  readonly unreadable: PerSide<Set<string>>;
}

export interface Planned {
  readonly listings: PerSide<Listing>;
  readonly plan: MailboxPlan;
}

export interface Reconciled extends Planned {
  readonly known: ReadonlyMap<string, KnownMailbox>;
}

/** This is a dry run: report what would be done. */
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
    rescued: new Set(),
    unreadable: perSide(() => new Set<string>()),
  };
}

/**
 * Without mailboxes that one server no longer has, and without those for deleted mail: what is left is all that can vanish.
 */
function countKnown(store: Store, without: ReadonlySet<string>): number {
  const apart = store.mailboxes().filter(({ name }) => without.has(name));
  return apart.reduce((count, { idx }) => count - store.mappings.count(idx), store.mappings.countAll());
}

export function knownMailboxes(store: Store): ReadonlyMap<string, KnownMailbox> {
  if (store.needsUpgrade) return new Map();
  let all: ReadonlyMap<number, PerSide<number>> | undefined;
  // Read on first use: with QRESYNC, none is needed.
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

/** An error that concerns one mailbox ends only the work on that mailbox. */
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
