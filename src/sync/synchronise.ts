// One run over all mailboxes: list both sides, reconcile names and subscriptions, synchronise what differs.

import { create, subscribe, unsubscribe } from "../imap/commands/mailbox.ts";
import { CommandRefused } from "../imap/command-refused.ts";
import type { Session } from "../imap/session.ts";
import { allDone } from "../model/all-done.ts";
import { InterimapError } from "../model/errors.ts";
import { groupBy } from "../model/group-by.ts";
import { toWire } from "../model/mailbox-name.ts";
import { otherSide, perSide, type PerSide, type Side } from "../model/side.ts";
import type { Store } from "../store/store.ts";
import type { Connections } from "./connections.ts";
import type { Report } from "./events.ts";
import { forgetSubscriptions } from "./forget-subscriptions.ts";
import { listBoth, type ListingQuery } from "./list-both.ts";
import type { Listing } from "./mailbox-listing.ts";
import { planMailboxes, type KnownMailbox, type MailboxPlan } from "./mailbox-plan.ts";
import { syncMailbox } from "./mailbox-worker.ts";
import { suggestedCommand } from "./suggested-command.ts";

export interface SyncOptions {
  readonly query: ListingQuery;
  readonly isIgnored: (name: string) => boolean;
  readonly connections: Connections;
  readonly store: Store;
  readonly report: Report;
  /** Visit every mailbox that is on both sides, check all that is recorded of it, and mend that. */
  readonly repairs?: boolean;
}

/**
 * Makes both sides identical, as far as the query goes. What is left out is reported; the rest goes on.
 * @throws InterimapError that abandons a side or the run.
 */
export async function synchronise(options: SyncOptions): Promise<void> {
  const run: Run = {
    ...options,
    sessions: await options.connections.open(),
    leftOut: new Set(),
    created: perSide(() => new Set<string>()),
  };
  const { listings, plan } = await reconcile(run);
  const known = knownMailboxes(run.store);
  const names = run.repairs === true ? commonMailboxes(run, listings) : plan.dirty;
  for (const name of names) {
    if (run.leftOut.has(name)) continue;
    await attempt(run, { mailbox: name }, () => syncOne(run, { name, known: known.get(name), listings }));
  }
  const visited = new Set(names);
  const isUnvisited = ({ name }: KnownMailbox): boolean => listings.local.mailboxes.has(name) && !visited.has(name);
  reportStillRefused(run, [...known.values()].filter(isUnvisited));
}

function commonMailboxes({ isIgnored }: SyncOptions, { local, remote }: PerSide<Listing>): string[] {
  const exists = ({ mailboxes }: Listing, name: string): boolean => mailboxes.get(name)?.exists === true;
  return [...local.mailboxes.keys()].filter((name) => exists(local, name) && exists(remote, name) && !isIgnored(name));
}

interface Run extends SyncOptions {
  readonly sessions: PerSide<Session>;
  /** Mailboxes something is wrong with: reported once, then not touched any more. */
  readonly leftOut: Set<string>;
  readonly created: PerSide<Set<string>>;
}

interface Reconciled {
  readonly listings: PerSide<Listing>;
  readonly plan: MailboxPlan;
}

/** Creates what is missing and settles subscriptions, until there is nothing left to create: a server may make parents too. */
async function reconcile(run: Run): Promise<Reconciled> {
  for (;;) {
    const listings = await listBoth(run.sessions, run.query).catch(unlistable);
    if (run.store.needsUpgrade) run.store.upgrade(perSide((side) => listings[side].naming.delimiter));
    const plan = planMailboxes(
      listings,
      knownMailboxes(run.store),
      (name) => run.isIgnored(name) || run.leftOut.has(name),
    );
    for (const { side, name } of plan.gone) leaveOut(run, { side, mailbox: name }, gone({ side, name, listings }));
    // In flight together, but answered in this order: parents first.
    await allDone(
      plan.create.map(({ side, name }) =>
        attempt(run, { side, mailbox: name }, () => createOn(run, { side, name, listings })),
      ),
    );
    if (plan.create.length > 0) continue;
    await settleSubscriptions(run, { listings, plan });
    await forgetSubscriptions({ ...run, listings });
    return { listings, plan };
  }
}

/** Without a list there is nothing to work on: a refusal here concerns more than a mailbox. */
function unlistable(error: unknown): never {
  if (!(error instanceof CommandRefused)) throw error;
  throw new InterimapError("PROTOCOL", error.message, {
    hint: "check list-mailbox, list-reference and list-select-opts",
    cause: error,
    ...(error.side !== undefined && { side: error.side }),
  });
}

function knownMailboxes(store: Store): ReadonlyMap<string, KnownMailbox> {
  if (store.needsUpgrade) return new Map();
  return new Map(store.mailboxes().map((record) => [record.name, record]));
}

interface NamedPlace {
  readonly side: Side;
  readonly name: string;
  readonly listings: PerSide<Listing>;
}

async function createOn({ sessions, report, created }: Run, { side, name, listings }: NamedPlace): Promise<void> {
  if (created[side].has(name)) {
    throw new InterimapError("MAILBOX_GONE", "the server created the mailbox, but does not list it", { side });
  }
  created[side].add(name);
  await create(sessions[side], toWire(name, listings[side].naming));
  report({ type: "mailbox-created", side, mailbox: name });
}

/** Messages refused in earlier runs are offered again when their mailbox is visited; until then they are not forgotten. */
function reportStillRefused({ store, report, isIgnored }: Run, unvisited: readonly KnownMailbox[]): void {
  const pending = groupBy(store.refused(), ({ idx }) => idx);
  for (const { idx, name } of unvisited) {
    if (isIgnored(name)) continue;
    for (const [source, messages] of groupBy(pending.get(idx) ?? [], ({ side }) => side)) {
      report({ type: "messages-still-refused", side: otherSide(source), mailbox: name, count: messages.length });
    }
  }
}

async function settleSubscriptions(run: Run, { listings, plan }: Reconciled): Promise<void> {
  const { sessions, store, report } = run;
  const refused = new Set<string>();
  await allDone(
    plan.subscriptions.map(async ({ side, name, subscribed }) => {
      const wireName = listings[side].mailboxes.get(name)?.wireName ?? toWire(name, listings[side].naming);
      try {
        await (subscribed ? subscribe : unsubscribe)(sessions[side], wireName);
        report({ type: subscribed ? "subscribed" : "unsubscribed", side, mailbox: name });
      } catch (error) {
        if (!(error instanceof CommandRefused)) throw error;
        refused.add(name);
        report({ type: "subscription-refused", side, mailbox: name, reason: error.words });
      }
    }),
  );
  const known = knownMailboxes(store);
  store.transaction(() => {
    for (const { name, subscribed } of plan.record) {
      const before = known.get(name);
      if (run.leftOut.has(name)) continue;
      // What a server refused stays as it was, and so is tried again.
      if (before === undefined) store.addMailbox(name, subscribed && !refused.has(name));
      else if (!refused.has(name)) store.setSubscribed(before.idx, subscribed);
    }
  });
}

interface OneMailbox {
  readonly name: string;
  readonly known: KnownMailbox | undefined;
  readonly listings: PerSide<Listing>;
}

async function syncOne(
  { connections, sessions, store, report, repairs = false }: Run,
  { name, known, listings }: OneMailbox,
): Promise<void> {
  if (known === undefined) throw new InterimapError("BUG", `mailbox ${name} has not been recorded`);
  await syncMailbox({
    idx: known.idx,
    name,
    wireNames: perSide((side) => listings[side].mailboxes.get(name)?.wireName ?? toWire(name, listings[side].naming)),
    before: known.states,
    sessions,
    extraSession: (side) => connections.extra(side),
    store,
    report,
    repairs,
  });
}

interface Place {
  readonly side?: Side;
  readonly mailbox: string;
}

/** Errors that concern one mailbox end the work on it, nothing else. */
async function attempt(run: Run, place: Place, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof InterimapError) || error.abandons !== "mailbox") throw error;
    leaveOut(run, place, error);
  }
}

function leaveOut(run: Run, place: Place, error: InterimapError): void {
  run.leftOut.add(place.mailbox);
  run.report({ type: "mailbox-left-out", ...place, error });
}

/** A mailbox that was deleted and one that was renamed look the same: only the user knows. */
function gone({ side, name, listings }: NamedPlace): InterimapError {
  const { delimiter } = listings.local.naming;
  const everywhere = suggestedCommand({ command: "delete", names: [name], delimiter });
  const targets = [otherSide(side), "database"] as const;
  const elsewhere = suggestedCommand({ command: "rename", names: [name, "NEWNAME"], targets, delimiter });
  return new InterimapError("MAILBOX_GONE", `disappeared from the ${side} server`, {
    hint: `to delete it everywhere: ${everywhere}; if it was renamed: ${elsewhere}`,
  });
}
