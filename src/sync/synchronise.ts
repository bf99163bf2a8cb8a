// One run over all mailboxes: list both sides, reconcile names and subscriptions, synchronise what differs.

import { create, subscribe, unsubscribe } from "../imap/verbs/mailbox.ts";
import { CommandRefused } from "../imap/command-refused.ts";
import type { Session } from "../imap/session.ts";
import type { Channel } from "../imap/channel.ts";
import { lineUnreadable } from "../imap/unreadable.ts";
import { alike } from "../util/alike.ts";
import { allDone } from "../util/all-done.ts";
import type { DeletionLimit } from "../model/deletion-limit.ts";
import { InterimapError, interrupted } from "../model/errors.ts";
import { groupBy } from "../util/group-by.ts";
import { briefName, toWire } from "../model/mailbox-name.ts";
import { isTemporary } from "../model/temporary-name.ts";
import { slices } from "../util/slices.ts";
import { otherSide, perSide, sides, type PerSide, type Side } from "../model/side.ts";
import { uidSetOf } from "../model/uid-set.ts";
import type { RefusedMessage } from "../state/refused.ts";
import type { RefusedChange } from "../state/refused-changes.ts";
import type { Store } from "../state/state-store.ts";
import { ByteBudget } from "../mail/transfer/byte-budget.ts";
import type { Connections } from "../mail/pool/pair.ts";
import { DeletionGuard } from "./deletions/deletion-guard.ts";
import type { Report } from "./context/events.ts";
import { foreseeDeletions } from "./deletions/foresee-deletions.ts";
import { forgetSubscriptions } from "./mailboxes/forget-subscriptions.ts";
import { requireOneMeaning, unmatched } from "./mailboxes/given-patterns.ts";
import { goneError } from "./mailboxes/gone-mailbox.ts";
import { findMoved } from "./deletions/moved-messages.ts";
import { pairInboxLevels } from "../mail/listing/inbox-levels.ts";
import { listBoth, type ListingQuery } from "../mail/listing/list-both.ts";
import type { Listing } from "../mail/listing/list-mailboxes.ts";
import { planMailboxes, type KnownMailbox, type MailboxPlan } from "./mailboxes/mailbox-plan.ts";
import { optimiseLater } from "./context/late-optimisation.ts";
import { planFollowing, type RenameSource } from "./renames/rename-news-plan.ts";
import { isDue, stillRefused } from "./refused/retry-refused.ts";
import { shareOut, type Job } from "../mail/pool/share-out.ts";
import { isToBeAskedAgain } from "./flags/unkept-flags.ts";
import { findInOddLines, namedOddities, namelessOddities, type OddMailbox } from "./mailboxes/unreadable-mailboxes.ts";
import { Shortage } from "./copies/reluctance.ts";
import type { Listed } from "./renames/settle-names.ts";
import { isWaitOver } from "./copies/waits.ts";
import { findWhereabouts } from "./renames/whereabouts.ts";
import type { Program } from "./mailboxes/suggested-command.ts";
import { upgradeStore } from "./mailboxes/upgrade-store.ts";

/** What each side may have delivered, or be delivering, before the other has it. */
const inFlightOctets = 8 << 20;

export interface SyncOptions {
  readonly query: ListingQuery;
  /** Mailboxes were named for this run: that one of them is gone says nothing of the others. */
  readonly isGiven?: boolean;
  readonly isIgnored: (name: string) => boolean;
  readonly connections: Connections;
  /** The main ones, whether they still work or not; asked of `connections` if undefined. */
  readonly sessions?: PerSide<Session>;
  readonly store: Store;
  readonly report: Report;
  readonly program: Program;
  /** Messages that both sides hold when a mailbox is first met are matched, not copied. */
  readonly matchesExisting: boolean;
  /** Undefined: whatever is to be deleted, is. */
  readonly deletionLimit: DeletionLimit | undefined;
  /** When aborted, what is in hand is finished, and then the work ends with INTERRUPTED. */
  readonly stop: AbortSignal;
  /** Visit every mailbox that is on both sides, check all that is recorded of it, and mend that. */
  readonly repairs?: boolean;
  /** Servers that tell of renames (RFC 5465): these are followed, where others look like a deletion and a new mailbox. */
  readonly renames?: RenameSource;
}

/**
 * Makes both sides identical, as far as the query goes. What is left out is reported; the rest goes on. Returns what the
 * servers listed.
 * @throws InterimapError that abandons a side or the run.
 */
export async function synchronise(options: SyncOptions): Promise<PerSide<Listing>> {
  const run = await begin(options);
  const { listings, plan, known } = await reconcile(run).catch(unlistable);
  const refused = run.store.refused();
  const refusedChanges = run.store.refusedChanges();
  const isOffered = (one: RefusedMessage | RefusedChange): boolean => run.repairs === true || isDue(one);
  const waits = run.store.waits().filter((wait) => run.repairs === true || isWaitOver(wait));
  const unkept = run.store.unkept().filter((one) => isToBeAskedAgain(one));
  const due = new Set(
    [...[...refused, ...refusedChanges].filter(isOffered), ...waits, ...unkept].map(({ idx }) => idx),
  );
  const common = run.repairs === true || due.size > 0 ? commonMailboxes(run, listings) : [];
  const withDue = common.filter((name) => due.has(known.get(name)?.idx ?? -1));
  const doubted = [...run.doubted].filter((name) => isCommon(run, listings, name));
  const names = run.repairs === true ? common : [...new Set([...plan.dirty, ...withDue, ...doubted])];
  await visit(run, { names, known, listings });
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
  await visit(run, { names, known, listings });
  reportWaits(run, known, (name) => names.includes(name));
}

/** So many mailboxes that wait for the same have a line each. */
const fewMailboxes = 3;

function reportWaits(
  { store, report, isIgnored }: Run,
  known: ReadonlyMap<string, KnownMailbox>,
  isConcerned: (name: string) => boolean,
): void {
  const waits = store.waits();
  // There may be thousands of mailboxes, and mostly none of them waits.
  if (waits.length === 0) return;
  const mailboxes = [...known.values()].filter(({ name }) => isConcerned(name) && !isIgnored(name));
  const names = new Map(mailboxes.map(({ idx, name }) => [idx, name]));
  const waiting = waits.filter(({ idx }) => names.has(idx));
  for (const group of groupBy(waiting, ({ side, reason }) => `${side} ${alike(reason)}`).values()) {
    const { side, reason } = group[0]!;
    const event = { type: "copies-wait", side: otherSide(side), mailboxes: group.length, reason } as const;
    if (group.length > fewMailboxes) report(event);
    else for (const { idx } of group) report({ ...event, mailbox: names.get(idx) });
  }
}

async function begin(options: SyncOptions): Promise<Run> {
  const leftOut = new Set<string>();
  const rubbish = new Set<string>();
  return {
    ...options,
    sessions: options.sessions ?? (await options.connections.open()),
    guard: new DeletionGuard({
      countKnown: () => countKnown(options.store, new Set([...leftOut, ...rubbish])),
      limit: options.deletionLimit,
      program: options.program,
      memory: options.store,
    }),
    leftOut,
    doubted: new Set(),
    rubbish,
    inFlight: perSide(() => new ByteBudget(inFlightOctets)),
    shortage: perSide(() => new Shortage()),
    created: perSide(() => new Set<string>()),
    unreadable: perSide(() => new Set<string>()),
  };
}

/** Without those of mailboxes that one server does not have any more, and rubbish: what is left is all that can vanish. */
function countKnown(store: Store, without: ReadonlySet<string>): number {
  const apart = store.mailboxes().filter(({ name }) => without.has(name));
  return apart.reduce((count, { idx }) => count - store.countMappings(idx), store.countAllMappings());
}

interface Visit {
  readonly names: readonly string[];
  readonly known: ReadonlyMap<string, KnownMailbox>;
  readonly listings: PerSide<Listing>;
}

async function visit(run: Run, { names, known: recorded, listings }: Visit): Promise<void> {
  if (names.length > 0) optimiseLater();
  const known = soundly(run, { names, known: recorded });
  if (run.deletionLimit === undefined) forgetLosses(run, { names, known });
  else for (const name of known.keys()) if (!run.guard.counts(rubbishOf(name, listings))) run.rubbish.add(name);
  const held = await foreseeDeletions(
    run,
    names.flatMap((name) => {
      const mailbox = known.get(name);
      return mailbox === undefined || run.leftOut.has(name)
        ? []
        : [{ mailbox, wireNames: wireNamesOf(name, listings), ...rubbishOf(name, listings) }];
    }),
  );
  // What killed connections may do it again: everything else comes first, and each of these has them for itself.
  const risky = run.store.mailboxesWithSuspects();
  const isRisky = (name: string): boolean => risky.has(known.get(name)?.idx ?? -1);
  const jobs = names
    .filter((name) => !run.leftOut.has(name) && !held.has(name))
    .map((name) => ({ name, messages: newMessages(known.get(name), listings) }));
  const marks = markAhead(run, { jobs, known });
  const emptied: string[] = [];
  const work = ({ name }: Job, sessions: PerSide<Channel>): Promise<void> => {
    const one = { name, known: known.get(name), marked: marks.get(name), listings, sessions };
    return attempt(run, { mailbox: name }, async () => {
      try {
        await syncOne(run, one);
      } catch (error) {
        if (isHeldBack(error)) return;
        if (!(error instanceof InterimapError) || error.code !== "MAILBOX_EMPTIED") throw error;
        emptied.push(name);
      }
    });
  };
  await shareOut(
    jobs.filter(({ name }) => !isRisky(name)),
    run,
    work,
  );
  for (const job of jobs.filter(({ name }) => isRisky(name))) if (!run.stop.aborted) await work(job, run.sessions);
  // What was moved from them was copied by now.
  for (const name of emptied)
    if (!run.stop.aborted) await attempt(run, { mailbox: name }, () => syncEmptied(run, { name, listings }));
  // What was held back is told once, by all that was seen.
  const { heldBack } = run.guard;
  if (heldBack !== undefined) run.report({ type: "deletions-held-back", side: heldBack.error.side, ...heldBack });
  if (run.stop.aborted) throw interrupted();
}

function isHeldBack(error: unknown): boolean {
  return error instanceof InterimapError && error.code === "MASS_DELETION";
}

/** A mailbox that was about to lose nearly everything, once more: what is in other mailboxes by now may go. */
async function syncEmptied(
  run: Run,
  { name, listings }: Pick<Visit, "listings"> & { readonly name: string },
): Promise<void> {
  const { guard, store, sessions } = run;
  const all = knownMailboxes(store);
  const mailbox = all.get(name);
  if (mailbox !== undefined) {
    const exists = (other: string): boolean =>
      sides.every((side) => listings[side].mailboxes.get(other)?.exists === true);
    const others = [...all.values()].filter((other) => other !== mailbox && exists(other.name));
    const prospect = { mailbox, wireNames: wireNamesOf(name, listings), ...rubbishOf(name, listings) };
    const moved = await findMoved(run, {
      prospect,
      others: others.map((other) => ({ idx: other.idx, wireNames: wireNamesOf(other.name, listings) })),
    });
    guard.noteMoved(mailbox.idx, moved);
  }
  try {
    await syncOne(run, { name, known: mailbox, marked: undefined, listings, sessions });
  } catch (error) {
    if (!isHeldBack(error)) throw error;
  }
}

/**
 * Leaves out each mailbox of which something is recorded that cannot be, before anything follows from that; a repair drops
 * it. Returns what is recorded then.
 */
function soundly(run: Run, { names, known }: Pick<Visit, "names" | "known">): Visit["known"] {
  const { store, report, repairs } = run;
  let isMended = false;
  for (const mailbox of names) {
    const idx = known.get(mailbox)?.idx;
    if (idx === undefined || run.leftOut.has(mailbox)) continue;
    if (repairs === true) {
      const count = store.mendRows(idx);
      if (count > 0) report({ type: "entries-dropped", mailbox, count });
      isMended ||= count > 0;
    } else {
      const flaw = store.flaw(idx);
      if (flaw !== undefined) leaveOut(run, { mailbox }, flaw);
    }
  }
  return isMended ? knownMailboxes(store) : known;
}

/** Whoever allows a mass deletion has seen what was deleted until now. */
function forgetLosses({ store, isGiven }: Run, { names, known }: Pick<Visit, "names" | "known">): void {
  for (const { idx, name } of known.values()) if (isGiven !== true || names.includes(name)) store.forgetStock(idx);
}

function rubbishOf(name: string, listings: PerSide<Listing>): { readonly isRubbish: boolean } {
  return { isRubbish: sides.some((side) => listings[side].mailboxes.get(name)?.isRubbish === true) };
}

/** More or less: some may be gone, or paired already. */
function newMessages(known: KnownMailbox | undefined, listings: PerSide<Listing>): number {
  if (known === undefined) return 0;
  const on = (side: Side): number => {
    const { uidNext = 1 } = listings[side].mailboxes.get(known.name)?.state ?? {};
    return Math.max(0, uidNext - (known.states[side]?.uidNext ?? 1));
  };
  return on("local") + on("remote");
}

interface Jobs {
  readonly jobs: readonly Job[];
  readonly known: ReadonlyMap<string, KnownMailbox>;
}

/**
 * Of all mailboxes with new messages at once: each marker by itself would wait for the disk. Returns the floors by name.
 * A mailbox that is not reached after that is gone through once more, and nothing is found.
 */
function markAhead({ store, repairs }: Run, { jobs, known }: Jobs): ReadonlyMap<string, PerSide<number>> {
  const marks = jobs.flatMap(({ name, messages }) => {
    const { idx, isUnfinished, states } = known.get(name) ?? {};
    if (messages === 0 || idx === undefined || isUnfinished === true) return [];
    return [{ name, idx, floors: perSide((side) => states?.[side]?.uidNext ?? 1) }];
  });
  if (repairs === true || marks.length < 2) return new Map();
  store.markInterruptible(marks);
  return new Map(marks.map(({ name, floors }) => [name, floors]));
}

function commonMailboxes(run: Run, listings: PerSide<Listing>): string[] {
  return [...listings.local.mailboxes.keys()].filter((name) => isCommon(run, listings, name));
}

function isCommon({ isIgnored }: Run, listings: PerSide<Listing>, name: string): boolean {
  return sides.every((side) => listings[side].mailboxes.get(name)?.exists === true) && !isIgnored(name);
}

interface Run extends SyncOptions {
  readonly sessions: PerSide<Session>;
  readonly guard: DeletionGuard;
  /** Mailboxes something is wrong with: reported once, then not touched any more. */
  readonly leftOut: Set<string>;
  /** Mailboxes that are to be looked at, though their numbers are what they were. */
  readonly doubted: Set<string>;
  /** Mailboxes that do not count against the deletion limit. */
  readonly rubbish: Set<string>;
  readonly inFlight: PerSide<ByteBudget>;
  readonly shortage: PerSide<Shortage>;
  readonly created: PerSide<Set<string>>;
  /** Lines that could not be read, and have been reported. */
  readonly unreadable: PerSide<Set<string>>;
}

interface Planned {
  readonly listings: PerSide<Listing>;
  readonly plan: MailboxPlan;
}

interface Reconciled extends Planned {
  readonly known: ReadonlyMap<string, KnownMailbox>;
}

/** Creates what is missing and settles subscriptions, until there is nothing left to create: a server may make parents too. */
async function reconcile(run: Run): Promise<Reconciled> {
  for (let turn = 1; ; turn++) {
    if (turn > 1 && run.stop.aborted) throw interrupted();
    // A server may go on telling of renames, and list more mailboxes, each time that it is asked.
    const isPatient = turn < mostTurns;
    const listed = await listBoth(run.sessions, run.query);
    await upgradeStore(
      run,
      perSide((side) => listed[side].naming),
    );
    const { listings, known } = pairLevels(run, listed);
    if (turn === 1 && run.isGiven === true) requireOneMeaning({ ...run, listings, known });
    leaveOutUnreadable(run, namedOddities(listings));
    if (await settleNames(run, { listings, known, mayRename: isPatient })) continue;
    if (isPatient && (await followRenames(run, { listings, known }))) continue;
    // Of mailboxes that are listed nowhere, which the plan is not about.
    await forgetSubscriptions({ ...run, listings });
    const isIgnored = (name: string): boolean => run.isIgnored(name) || run.leftOut.has(name);
    const assumed = planMailboxes(listings, known, isIgnored);
    const hidden = await findInOddLines(run.sessions, { listings, plan: assumed });
    leaveOutUnreadable(run, [...hidden, ...namelessOddities(listings)]);
    const plan = hidden.length > 0 ? planMailboxes(listings, known, isIgnored) : assumed;
    if (plan.gone.length > 0 && (await run.renames?.mayExplain(plan.gone)) === true) continue;
    if (run.isGiven !== true) requireMailboxes(run, listings, plan);
    for (const { side, name } of plan.gone)
      leaveOut(run, { side, mailbox: name }, goneError({ ...run, side, name, listings, known: known.get(name) }));
    if (plan.create.length > 0 && isPatient) {
      await createAll(run, { listings, plan });
      continue;
    }
    for (const { side, name } of plan.create) {
      const message = `the ${otherSide(side)} server lists further mailboxes each time that it is asked`;
      leaveOut(run, { side, mailbox: name }, new InterimapError("MAILBOX_PROTOCOL", message, { side }));
    }
    if (run.isGiven === true)
      for (const { mailbox, error } of unmatched({ ...run, listings, known }, run.program))
        leaveOut(run, { mailbox }, error);
    const settled = plan.create.length > 0 ? planMailboxes(listings, known, isIgnored) : plan;
    await settleSubscriptions(run, { listings, plan: settled });
    return { listings, plan: settled, known: settled.record.length === 0 ? known : knownMailboxes(run.store) };
  }
}

/** As listed and as known, with one spelling of INBOX as the first level. */
function pairLevels(run: Run, listed: PerSide<Listing>): Pick<Reconciled, "listings" | "known"> {
  const known = knownMailboxes(run.store);
  const { listings, respelt, clashes } = pairInboxLevels({ listings: listed, known });
  for (const { side, names } of clashes) {
    const [first, second] = names;
    if (!run.leftOut.has(first)) {
      const message = `"${briefName(first)}" and "${briefName(second)}" are two mailboxes on the ${side} server, and can be one on the other`;
      const hint = "rename one of them on that server";
      run.report({
        type: "mailbox-left-out",
        side,
        mailbox: first,
        error: new InterimapError("MAILBOX_NAME", message, { hint }),
      });
    }
    for (const name of names) run.leftOut.add(name);
  }
  if (respelt.length === 0) return { listings, known };
  run.store.renameMailboxes(respelt);
  return { listings, known: knownMailboxes(run.store) };
}

/** So often mailboxes are listed before what is still new is left for another run. */
const mostTurns = 10;
/** So many mailboxes are created together, */
const createdTogether = 200;
/** and in one run. */
const mostCreated = 10_000;

/** What cannot be created is left out; so are those that are too many. */
async function createAll(run: Run, { listings, plan }: Planned): Promise<void> {
  const room = Math.max(0, mostCreated - run.created.local.size - run.created.remote.size);
  for (const slice of slices(plan.create.slice(0, room), createdTogether)) {
    if (run.stop.aborted) throw interrupted();
    // In flight together, but answered in this order: parents first.
    await allDone(
      slice.map(({ side, name }) =>
        attempt(run, { side, mailbox: name }, () => createOn(run, { side, name, listings })),
      ),
    );
  }
  const [first, ...others] = plan.create.slice(room);
  if (first === undefined) return;
  const message = `new mailboxes are too many for one run, this one and ${String(others.length)} others`;
  const hint = `at most ${String(mostCreated)} are created; run again to go on`;
  leaveOut(run, { side: first.side, mailbox: first.name }, new InterimapError("MAILBOX_PROTOCOL", message, { hint }));
  for (const { name } of others) run.leftOut.add(name);
}

/** Once each. */
function leaveOutUnreadable(run: Run, oddities: readonly OddMailbox[]): void {
  for (const { side, line, name, shownName = name } of oddities) {
    const isTold = run.unreadable[side].has(line);
    run.unreadable[side].add(line);
    if (name !== undefined && (run.isIgnored(name) || run.leftOut.has(name))) continue;
    if (name !== undefined) run.leftOut.add(name);
    const error = lineUnreadable(line, side);
    const mailbox = shownName === undefined ? {} : { mailbox: shownName };
    if (!isTold) run.report({ type: "mailbox-left-out", side, ...mailbox, error });
  }
}

function requireMailboxes({ guard }: Run, listings: PerSide<Listing>, { gone }: MailboxPlan): void {
  for (const side of sides) {
    const listed = [...listings[side].mailboxes.values()].filter(({ exists }) => exists).length;
    guard.requireAny(side, { listed, missing: gone.filter((one) => one.side === side).length });
  }
}

/** What deals with mailboxes that are called otherwise now is loaded when there are any. True: the listings are out of date. */
async function settleNames(run: Run, listed: Omit<Listed, "found">): Promise<boolean> {
  const found = await findWhereabouts(run, listed);
  const isAnyAside = sides.some((side) => [...listed.listings[side].mailboxes.keys()].some(isTemporary));
  if (found === undefined && !isAnyAside) return false;
  return (await import("./renames/settle-names.ts")).settleNames(run, { ...listed, found });
}

/** Does on the other side, and in the database, what servers told of. True when something was changed. */
async function followRenames(
  { renames, isIgnored, ...run }: Run,
  { listings, known }: Pick<Reconciled, "listings" | "known">,
): Promise<boolean> {
  const namings = perSide((side) => listings[side].naming);
  if (renames === undefined) return false;
  const circumstances = {
    listings,
    known,
    isIgnored: (name: string) => isIgnored(name) || run.leftOut.has(name),
  };
  const followed = planFollowing(renames.take(), circumstances);
  if (followed.length === 0) return false;
  const { renameEverywhere } = await import("./renames/rename-mailbox.ts");
  for (const { side, from, to } of followed) {
    const targets = [otherSide(side), "database"] as const;
    try {
      await renameEverywhere({ ...run, from, to, targets }, { sessions: run.sessions, namings });
    } catch (error) {
      // Nobody asked for it: what cannot be done is no reason to stop.
      if (!(error instanceof InterimapError) || error.abandons === "side") throw error;
      leaveOut({ ...run, isIgnored }, { side: otherSide(side), mailbox: from }, error);
    }
  }
  return true;
}

/** Without a list there is nothing to work on: a refusal here concerns more than a mailbox. */
function unlistable(error: unknown): never {
  if (!(error instanceof CommandRefused)) throw error;
  throw error.ofServer(
    error.command === "LIST" ? "check list-mailbox, list-reference and list-select-opts" : undefined,
  );
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

interface Leftovers<T> {
  /** Refused in an earlier run, and not offered in this one. */
  readonly left: readonly T[];
  readonly known: ReadonlyMap<string, KnownMailbox>;
  readonly listings: PerSide<Listing>;
}

function reportStillRefused(
  { store, report, isIgnored }: Run,
  { left, known, listings }: Leftovers<RefusedMessage>,
): void {
  if (left.length === 0) return;
  const pending = groupBy(stillRefused(left, store.refused()), ({ idx }) => idx);
  for (const { idx, name } of known.values()) {
    if (isIgnored(name) || !listings.local.mailboxes.has(name)) continue;
    for (const same of groupBy(pending.get(idx) ?? [], ({ side, reason }) => `${side} ${alike(reason)}`).values()) {
      const { side, reason } = same[0]!;
      const sourceUids = uidSetOf(same.map(({ uid }) => uid));
      report({ type: "messages-still-refused", side: otherSide(side), mailbox: name, sourceUids, reason });
    }
  }
}

function reportStillRefusedChanges(run: Run, { left, known, listings }: Leftovers<RefusedChange>): void {
  if (left.length === 0) return;
  const { store, report, isIgnored } = run;
  const pending = groupBy(stillRefused(left, store.refusedChanges()), ({ idx }) => idx);
  for (const { idx, name } of known.values()) {
    if (isIgnored(name) || !listings.local.mailboxes.has(name)) continue;
    const groups = groupBy(pending.get(idx) ?? [], ({ side, what, reason }) => `${side} ${what} ${alike(reason)}`);
    for (const group of groups.values()) {
      const { side, what, reason } = group[0]!;
      const uids = uidSetOf(group.map(({ uid }) => uid));
      report({ type: "changes-still-refused", side, mailbox: name, what, uids, reason });
    }
  }
}

async function settleSubscriptions(run: Run, { listings, plan }: Planned): Promise<void> {
  const { sessions, store, report } = run;
  if (plan.subscriptions.length === 0 && plan.record.length === 0) return;
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
  readonly marked: PerSide<number> | undefined;
  readonly listings: PerSide<Listing>;
  readonly sessions: PerSide<Channel>;
}

async function syncOne(
  { connections, inFlight, shortage, store, report, guard, stop, matchesExisting, repairs = false }: Run,
  { name, known, marked, listings, sessions }: OneMailbox,
): Promise<void> {
  if (known === undefined) throw new InterimapError("BUG", `mailbox ${name} has not been recorded`);
  // Half of all there is, and of no use where nothing has changed.
  const { syncMailbox } = await import("./mailbox/sync-mailbox.ts");
  await syncMailbox({
    idx: known.idx,
    name,
    wireNames: wireNamesOf(name, listings),
    before: known.states,
    listed: perSide((side) => listings[side].mailboxes.get(name)?.state),
    sessions,
    connections,
    inFlight,
    shortage,
    store,
    marked,
    report,
    guard,
    ...rubbishOf(name, listings),
    stop,
    matchesExisting,
    repairs,
  });
}

function wireNamesOf(name: string, listings: PerSide<Listing>): PerSide<string> {
  return perSide((side) => listings[side].mailboxes.get(name)?.wireName ?? toWire(name, listings[side].naming));
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
