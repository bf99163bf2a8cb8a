// One run over all mailboxes: list both sides, reconcile names and subscriptions, synchronise what differs.

import { CommandRefused } from "../imap/command-refused.ts";
import type { Listing } from "../mail/listing/list-mailboxes.ts";
import { interrupted } from "../model/errors.ts";
import { type PerSide, sides } from "../model/side.ts";
import type { RefusedMessage } from "../state/refused.ts";
import type { RefusedChange } from "../state/refused-changes.ts";
import { begin, knownMailboxes, type Run, type SyncOptions } from "./context/run.ts";
import { isWaitOver } from "./copies/waits.ts";
import { isToBeAskedAgain } from "./flags/unkept-flags.ts";
import type { Visit } from "./mailbox/visit.ts";
import { reconcile } from "./mailboxes/reconcile.ts";
import { isDue } from "./refused/retry-refused.ts";
import { reportStillRefused, reportStillRefusedChanges, reportWaits } from "./refused/still-refused.ts";

/**
 * Makes both sides identical, as far as the query goes. What is skipped is reported; the rest goes on. Returns what the
 * servers listed.
 * @throws InterimapError that abandons a side or the run.
 */
export async function synchronise(options: SyncOptions): Promise<PerSide<Listing>> {
  const run = await begin(options);
  // In a first run there is work, and the servers have still to answer.
  if (knownMailboxes(run.store).size === 0)
    setImmediate(() => void import("./mailbox/visit.ts").catch(() => undefined));
  const { listings, plan, known } = await reconcile(run).catch(unlistable);
  const refused = run.store.refusals.messages();
  const refusedChanges = run.store.refusals.changes();
  const isOffered = (one: RefusedMessage | RefusedChange): boolean => run.repairs === true || isDue(one);
  const waits = run.store.refusals.waits().filter((wait) => run.repairs === true || isWaitOver(wait));
  const unkept = run.store.refusals.unkept().filter((one) => isToBeAskedAgain(one));
  const due = new Set([
    ...[...[...refused, ...refusedChanges].filter(isOffered), ...waits, ...unkept].map(({ idx }) => idx),
    ...run.store.lifted.mailboxes(),
  ]);
  const common = run.repairs === true || due.size > 0 ? commonMailboxes(run, listings) : [];
  const withDue = common.filter((name) => due.has(known.get(name)?.idx ?? -1));
  const doubted = [...run.doubted].filter((name) => isCommon(run, listings, name));
  const silentNames = new Set(plan.silent);
  const dirty = run.leavesSilent === true ? plan.dirty.filter((name) => !silentNames.has(name)) : plan.dirty;
  const names = run.repairs === true ? common : [...new Set([...dirty, ...withDue, ...doubted])];
  const reasons = new Set([...withDue, ...doubted]);
  const silent = new Set(run.repairs === true ? [] : plan.silent.filter((name) => !reasons.has(name)));
  await visitAll(run, { names, silent, known, listings });
  const visited = new Set(names.map((name) => known.get(name)?.idx));
  const isLeft = (one: RefusedMessage | RefusedChange): boolean => !visited.has(one.idx) || !isOffered(one);
  reportStillRefused(run, { left: refused.filter(isLeft), known, listings });
  reportStillRefusedChanges(run, { left: refusedChanges.filter(isLeft), known, listings });
  reportWaits(run, known, (name) => listings.local.mailboxes.has(name));
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
