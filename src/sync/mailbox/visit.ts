// Goes through the mailboxes in which there may be something to do: the guard, the markers, and the workers.

import { type Channel, openChannel } from "../../imap/mailbox/channel.ts";
import { listedState, type Listing } from "../../mail/listing/list-mailboxes.ts";
import { type Job, shareOut } from "../../mail/pool/share-out.ts";
import { type ErrorCode, InterimapError, interrupted } from "../../model/errors.ts";
import { type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { optimiseLater } from "../../util/late-optimisation.ts";
import { sum } from "../../util/sum.ts";
import { attempt, knownMailboxes, rubbishOf, type Run, skipMailbox, wireNamesOf } from "../context/run.ts";
import type { OtherMailbox, RunContext } from "../context/run-context.ts";
import type { Loss } from "../deletions/loss.ts";
import { findMoved } from "../deletions/moved-messages.ts";
import { countDeletions, vanishedPlans } from "../deletions/vanished-slices.ts";
import type { KnownMailbox } from "../mailboxes/mailbox-plan.ts";
import { moveMessages } from "../moves/move-messages.ts";
import { isAsRecorded } from "./glance.ts";
import { type Prospect, prospectOf } from "./prospect.ts";
import { type Survey, totalsOf } from "./survey.ts";
import { surveyAhead } from "./survey-ahead.ts";
import { syncMailbox } from "./sync-mailbox.ts";

export interface Visit {
  readonly names: readonly string[];
  /** Those in which there is probably nothing to do: see {@link MailboxPlan.silent}. */
  readonly silent?: ReadonlySet<string>;
  readonly known: ReadonlyMap<string, KnownMailbox>;
  readonly listings: PerSide<Listing>;
}

export async function visit(given: Run, { names, silent, known: recorded, listings }: Visit): Promise<void> {
  const run = { ...given, elsewhere: elsewhereIn(given, listings) };
  if (names.length > 0) optimiseLater();
  let known = soundly(run, { names, known: recorded });
  if (run.deletionLimit === undefined) forgetLosses(run, { names, known });
  else for (const name of known.keys()) if (!run.guard.counts(rubbishOf(name, listings))) run.rubbish.add(name);
  const prospects = names.flatMap((name) => {
    const mailbox = known.get(name);
    const isPassed = mailbox === undefined || run.skipped.has(name) || silent?.has(name) === true;
    return isPassed ? [] : [prospectOf(mailbox, listings)];
  });
  // A message that went to another mailbox was not deleted, and one that came from another is not new.
  if (await moveMessages(run, prospects)) known = knownMailboxes(run.store);
  const held = await holdBack(run, prospects);
  // Messages that killed connections may do it again. So everything else comes first, and each of these goes over a connection
  // of its own.
  const risky = run.store.transfers.mailboxesWithSuspects();
  const isRisky = (name: string): boolean => risky.has(known.get(name)?.idx ?? -1);
  const jobs = names
    .filter((name) => !run.skipped.has(name) && !held.has(name))
    .map((name) => ({ name, messages: newMessages(known.get(name), listings) }));
  const marks = markAhead(run, { jobs, known });
  const messages = sum(jobs.map((job) => job.messages));
  if (jobs.length > 0) run.report({ type: "work-begun", mailboxes: jobs.length, messages });
  const work = async ({ name }: Job, sessions: PerSide<Channel>): Promise<void> => {
    const one = { name, known: known.get(name), marked: marks.get(name), listings, sessions };
    run.report({ type: "mailbox-begun", mailbox: name });
    await attempt(run, { mailbox: name }, async () => {
      try {
        if (silent?.has(name) !== true || !(await isUntouched(run, one))) await syncOne(run, one);
      } catch (error) {
        if (!isStopped(error, "MASS_DELETION", "MAILBOX_EMPTIED")) throw error;
      }
    });
    run.report({ type: "mailbox-done", mailbox: name });
  };
  await shareOut(
    jobs.filter(({ name }) => !isRisky(name)),
    run,
    work,
  );
  for (const job of jobs.filter(({ name }) => isRisky(name))) if (!run.stop.aborted) await work(job, channelsOf(run));
  // Messages moved from them have been copied by now.
  for (const loss of run.guard.emptied)
    if (!run.stop.aborted) await attempt(run, { mailbox: loss.name }, () => syncEmptied(run, { loss, listings }));
  // What was held back is reported once, for all mailboxes together.
  const { heldBack } = run.guard;
  if (heldBack !== undefined) run.report({ type: "deletions-held-back", side: heldBack.error.side, ...heldBack });
  const totals = totalsOf(surveysOfWork(run));
  if (totals.mailboxes > 0) run.report({ type: "surveyed", ...totals });
  if (run.stop.aborted) throw interrupted();
}

/** Returns the names of mailboxes in which nothing may be done: together, they would lose too much. */
async function holdBack(run: Run, prospects: readonly Prospect[]): Promise<ReadonlySet<string>> {
  const { guard, surveys } = run;
  const ahead = await surveyAhead(run, prospects);
  for (const survey of ahead) surveys.set(survey.idx, survey);
  return guard.holdBack(ahead.flatMap(({ loss }) => (loss === undefined ? [] : [withoutMoved(run, loss)])));
}

function withoutMoved({ store, guard }: Run, loss: Loss): Loss {
  const moved = guard.movedFrom(loss.idx);
  if (moved === undefined) return loss;
  const counts = countDeletions(vanishedPlans({ store, ...loss }), moved);
  return { ...loss, deletions: perSide((side) => loss.deletions[side] - counts[side]) };
}

/** Without the mailboxes that the guard has stopped. */
function surveysOfWork({ guard, surveys }: Run): readonly Survey[] {
  const stopped = new Set([...(guard.heldBack?.mailboxes ?? []), ...guard.emptied.map(({ name }) => name)]);
  return [...surveys.values()].filter(({ name }) => !stopped.has(name));
}

function channelsOf({ sessions }: Run): PerSide<Channel> {
  return perSide((side) => openChannel(sessions[side]));
}

/** By the guard, which reports all such mailboxes together. */
function isStopped(error: unknown, ...codes: readonly ErrorCode[]): boolean {
  return error instanceof InterimapError && codes.includes(error.code);
}

/**
 * Examines again a mailbox that was about to lose nearly everything: messages that are in other mailboxes by now may go.
 */
async function syncEmptied(
  run: Run,
  { loss, listings }: Pick<Visit, "listings"> & { readonly loss: Loss },
): Promise<void> {
  const { guard, store } = run;
  const { idx, name } = loss;
  const all = knownMailboxes(store);
  const exists = (other: string): boolean =>
    sides.every((side) => listings[side].mailboxes.get(other)?.exists === true);
  const there = new Set([...all.values()].filter((other) => exists(other.name)).map((other) => other.idx));
  guard.noteMoved(idx, findMoved({ store, loss, exists: (other) => there.has(other) }));
  try {
    await syncOne(run, { name, known: all.get(name), marked: undefined, listings, sessions: channelsOf(run) });
  } catch (error) {
    if (!isStopped(error, "MASS_DELETION")) throw error;
  }
}

/**
 * Skips each mailbox with an impossible record, before anything follows from it; a repair drops such records. Returns the
 * remaining records.
 */
function soundly(run: Run, { names, known }: Pick<Visit, "names" | "known">): Visit["known"] {
  const { store, report, repairs } = run;
  let isMended = false;
  for (const mailbox of names) {
    const idx = known.get(mailbox)?.idx;
    if (idx === undefined || run.skipped.has(mailbox)) continue;
    if (repairs === true) {
      const count = store.mendRows(idx);
      if (count > 0) report({ type: "entries-dropped", mailbox, count });
      isMended ||= count > 0;
    } else {
      const flaw = store.flaw(idx);
      if (flaw !== undefined) skipMailbox(run, { mailbox }, flaw);
    }
  }
  return isMended ? knownMailboxes(store) : known;
}

/** Allowing a mass deletion accepts everything deleted so far. */
function forgetLosses({ store, isGiven }: Run, { names, known }: Pick<Visit, "names" | "known">): void {
  for (const { idx, name } of known.values())
    if (isGiven !== true || names.includes(name)) store.losses.forgetStock(idx);
  if (isGiven !== true) store.losses.forgetDeletions();
}

/** An estimate: some may be gone, or paired already. */
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
 * Sets all crash markers in one durable commit; one commit each would wait for the disk each time. Returns the floors by name.
 * A marked mailbox that the run never reaches is only compared once more next time.
 */
function markAhead({ store, repairs }: Run, { jobs, known }: Jobs): ReadonlyMap<string, PerSide<number>> {
  const marks = jobs.flatMap(({ name, messages }) => {
    const { idx, isUnfinished, states } = known.get(name) ?? {};
    if (messages === 0 || idx === undefined || isUnfinished === true) return [];
    return [{ name, idx, floors: perSide((side) => states?.[side]?.uidNext ?? 1) }];
  });
  if (repairs === true || marks.length < 2) return new Map();
  store.transfers.mark(marks);
  return new Map(marks.map(({ name, floors }) => [name, floors]));
}

interface OneMailbox {
  readonly name: string;
  readonly known: KnownMailbox | undefined;
  readonly marked: PerSide<number> | undefined;
  readonly listings: PerSide<Listing>;
  readonly sessions: PerSide<Channel>;
}

async function isUntouched({ store }: Run, { name, known, listings, sessions }: OneMailbox): Promise<boolean> {
  if (known === undefined) return false;
  const { idx, states, counts } = known;
  return isAsRecorded({ store, idx, states, counts, wireNames: wireNamesOf(name, listings), sessions });
}

async function syncOne(run: Run, { name, known, marked, listings, sessions }: OneMailbox): Promise<void> {
  if (known === undefined) throw new InterimapError("BUG", `mailbox ${name} has not been recorded`);
  await syncMailbox({
    ...run,
    repairs: run.repairs ?? false,
    idx: known.idx,
    name,
    wireNames: wireNamesOf(name, listings),
    before: known.states,
    listed: perSide((side) => listedState(listings[side].mailboxes.get(name))),
    sessions,
    marked,
    ...rubbishOf(name, listings),
  });
}

/** Mailboxes of which a server has what was recorded. */
function elsewhereIn({ store }: Run, listings: PerSide<Listing>): RunContext["elsewhere"] {
  const since = store.latestSynchronisation();
  const mailbox = (idx: number, side: Side): OtherMailbox | undefined => {
    const other = store.mailboxes().find((one) => one.idx === idx);
    if (other === undefined || sides.some((one) => store.unstable.has(idx, one))) return undefined;
    const { name, states } = other;
    const [listed, before] = [listings[side].mailboxes.get(name), states[side]];
    if (listed?.exists !== true || before === undefined) return undefined;
    return { name, wireName: listed.wireName, uidValidity: before.uidValidity };
  };
  return since === undefined ? undefined : { since, mailbox };
}
