// One run over all mailboxes: list both sides, reconcile names and subscriptions, synchronise what differs.

import { CommandRefused } from "../imap/command-refused.ts";
import type { Listing } from "../mail/listing/list-mailboxes.ts";
import { interrupted } from "../model/errors.ts";
import { type PerSide, sides } from "../model/side.ts";
import { begin, knownMailboxes, type Run, type SyncOptions } from "./context/run.ts";
import type { Visit } from "./mailbox/visit.ts";
import type { KnownMailbox, MailboxPlan } from "./mailboxes/mailbox-plan.ts";
import { reconcile } from "./mailboxes/reconcile.ts";
import { leftoversOf, reportLeftovers } from "./refused/leftovers.ts";
import { reportWaits } from "./refused/still-refused.ts";

/**
 * Makes both sides identical, as far as the query goes. What is skipped is reported; the rest goes on. Returns what the
 * servers listed.
 * @throws InterimapError that abandons a side or the run.
 */
export async function synchronise(options: SyncOptions): Promise<PerSide<Listing>> {
  const run = await begin(options);
  // In a first run there is work, and the servers have still to answer.
  if (run.store.needsUpgrade || run.store.hasNoMailboxes)
    setImmediate(() => void import("./mailbox/visit.ts").catch(() => undefined));
  const { listings, plan, known } = await reconcile(run).catch(unlistable);
  const leftovers = leftoversOf(run);
  const names = namesToVisit(run, { plan, known, listings, due: leftovers.due });
  await visitAll(run, { ...names, known, listings });
  reportLeftovers(run, leftovers, { visited: names.names, known, listings });
  return listings;
}

/**
 * Synchronises some of the mailboxes that both servers listed, and nothing else.
 * @throws InterimapError that abandons a side or the run.
 */
export async function synchroniseMailboxes(
  options: SyncOptions,
  { names, listings }: { readonly names: readonly string[]; readonly listings: PerSide<Listing> },
): Promise<void> {
  const run = await begin(options);
  const known = knownMailboxes(run.store);
  await visitAll(run, { names, known, listings });
  reportWaits(run, known, (name) => names.includes(name));
}

/** More than half of all code is of no use where there is nothing to do. */
async function visitAll(run: Run, which: Visit): Promise<void> {
  if (which.names.length > 0 || run.deletionLimit === undefined)
    await (await import("./mailbox/visit.ts")).visit(run, which);
  else if (run.stop.aborted) throw interrupted();
}

interface Situation {
  readonly plan: Pick<MailboxPlan, "dirty" | "silent">;
  readonly known: ReadonlyMap<string, KnownMailbox>;
  readonly listings: PerSide<Listing>;
  readonly due: ReadonlySet<number>;
}

/** A repair goes through everything; other runs through what has changed, what is due, and what is doubted. */
function namesToVisit(run: Run, { plan, known, listings, due }: Situation): Pick<Visit, "names" | "silent"> {
  const common = run.repairs === true || due.size > 0 ? commonMailboxes(run, listings) : [];
  if (run.repairs === true) return { names: common };
  const withReason = new Set([
    ...common.filter((name) => due.has(known.get(name)?.idx ?? -1)),
    ...[...run.doubted].filter((name) => isCommon(run, listings, name)),
  ]);
  const silent = new Set(plan.silent);
  const dirty = run.leavesSilent === true ? plan.dirty.filter((name) => !silent.has(name)) : plan.dirty;
  return {
    names: [...new Set([...dirty, ...withReason])],
    silent: new Set(plan.silent.filter((name) => !withReason.has(name))),
  };
}

function commonMailboxes(run: Run, listings: PerSide<Listing>): string[] {
  return [...listings.local.mailboxes.keys()].filter((name) => isCommon(run, listings, name));
}

function isCommon({ isIgnored }: Run, listings: PerSide<Listing>, name: string): boolean {
  return sides.every((side) => listings[side].mailboxes.get(name)?.exists === true) && !isIgnored(name);
}

/** Without a list there is nothing to work on: a refusal here concerns more than a mailbox. */
function unlistable(error: unknown): never {
  if (!(error instanceof CommandRefused)) throw error;
  throw error.ofServer(
    error.command === "LIST" ? "check list-mailbox, list-reference and list-select-opts" : undefined,
  );
}
