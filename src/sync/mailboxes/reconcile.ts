// Lists both sides until they have the same mailboxes, under the same names: renamed, created, subscribed.

import { lineUnreadable } from "../../imap/mailbox/unreadable.ts";
import { create } from "../../imap/verbs/mailbox.ts";
import { pairInboxLevels } from "../../mail/listing/inbox-levels.ts";
import { listBoth } from "../../mail/listing/list-both.ts";
import type { ListedMailbox, Listing } from "../../mail/listing/list-mailboxes.ts";
import { InterimapError, interrupted } from "../../model/errors.ts";
import { briefName, toWire } from "../../model/mailbox-name.ts";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { allDone } from "../../util/all-done.ts";
import { groupBy } from "../../util/group-by.ts";
import { slices } from "../../util/slices.ts";
import {
  attempt,
  changesNothing,
  knownMailboxes,
  type Planned,
  type Reconciled,
  type Run,
  skipMailbox,
} from "../context/run.ts";
import { followRenames, settleNames } from "../renames/follow-renames.ts";
import type { Followed } from "./follow-deletions.ts";
import { forgetSubscriptions } from "./forget-subscriptions.ts";
import { requireOneMeaning, unmatched } from "./given-patterns.ts";
import { goneError } from "./gone-mailbox.ts";
import { leaveOut } from "./leave-out.ts";
import { type MailboxPlan, planMailboxes } from "./mailbox-plan.ts";
import { noteRemoteName, setOtherPairsAside } from "./remote-names.ts";
import { settleSubscriptions } from "./settle-subscriptions.ts";
import { reportShadowed } from "./shadowed-mailboxes.ts";
import { learnPairs } from "./special-pairs.ts";
import { findInOddLines, namedOddities, namelessOddities, type OddMailbox } from "./unreadable-mailboxes.ts";
import { upgradeStore } from "./upgrade-store.ts";

/** Mailboxes are listed at most this often; what is new after that is left to the next run. */
const mostTurns = 10;
/** How many mailboxes are created together, */
const createdTogether = 200;
/** and in one run. */
const mostCreated = 10_000;

/** Creates what is missing and settles subscriptions, until there is nothing left to create: a server may make parents too. */
export async function reconcile(run: Run): Promise<Reconciled> {
  let areRecorded = false;
  for (let turn = 1; ; turn++) {
    if (turn > 1 && run.stop.aborted) throw interrupted();
    // A server may go on telling of renames, and list more mailboxes, each time that it is asked.
    const isPatient = turn < mostTurns;
    const { paired, unpaired } = await learnPairs(run, { ...run.query, pairsUses: run.pairsUses ?? false });
    if (turn === 1) for (const one of unpaired) run.report({ type: "special-use-unpaired", ...one });
    const listed = await listBoth(run.sessions, { ...run.query, paired });
    await upgradeStore(
      run,
      perSide((side) => listed[side].naming),
    );
    const all = pairLevels(run, listed);
    if (turn === 1 && run.isGiven === true) requireOneMeaning({ ...run, ...all });
    const { listings, known } = setOtherPairsAside(run, leaveOut(run, all));
    skipUnreadable(run, namedOddities(listings));
    if (await settleNames(run, { listings, known, mayRename: isPatient })) continue;
    if (isPatient && (await followRenames(run, { listings, known }))) continue;
    // Of mailboxes that are listed nowhere, which the plan is not about.
    await forgetSubscriptions({ ...run, listings });
    const isIgnored = (name: string): boolean => run.isIgnored(name) || run.skipped.has(name);
    const assumed = planMailboxes(listings, known, isIgnored);
    const hidden = await findInOddLines(run.sessions, { listings, plan: assumed });
    skipUnreadable(run, [...hidden, ...namelessOddities(listings)]);
    const plan = hidden.length > 0 ? planMailboxes(listings, known, isIgnored) : assumed;
    const asked = { connections: run.sessions, mayWait: isPatient };
    if (plan.gone.length > 0 && (await run.renames?.mayExplain(plan.gone, asked)) === true) continue;
    if (turn === 1 && isAnyListedTwice({ listings, plan })) continue;
    if (run.isGiven !== true) requireMailboxes(run, listings, plan);
    if (plan.create.length > 0 && isPatient) {
      await createAll(run, { listings, plan });
      continue;
    }
    // What is in new mailboxes may come from deleted ones.
    if (isPatient && !areRecorded && mayLeave(run, plan) && plan.record.some(({ name }) => !known.has(name))) {
      areRecorded = true;
      await settleSubscriptions(run, { listings, plan });
      continue;
    }
    const followed = isPatient ? await settleDeletions(run, { listings, known, gone: plan.gone }) : undefined;
    if (followed?.isAny === true) continue;
    for (const { side, name } of plan.gone) {
      if (run.skipped.has(name)) continue;
      const reason = followed?.reasons.get(name);
      skipMailbox(run, { side, mailbox: name }, goneError({ side, name, listings, known: known.get(name), reason }));
    }
    for (const { side, name } of plan.create) {
      const message = `the ${otherSide(side)} server lists new mailboxes each time it is asked`;
      skipMailbox(run, { side, mailbox: name }, new InterimapError("MAILBOX_PROTOCOL", message, { side }));
    }
    if (run.isGiven === true)
      for (const { mailbox, error } of unmatched({ ...run, ...all })) skipMailbox(run, { mailbox }, error);
    reportShadowed(run, listings);
    const settled = plan.create.length > 0 ? planMailboxes(listings, known, isIgnored) : plan;
    await settleSubscriptions(run, { listings, plan: settled });
    return { listings, plan: settled, known: settled.record.length === 0 ? known : knownMailboxes(run.store) };
  }
}

function mayLeave(run: Run, { gone }: MailboxPlan): boolean {
  return gone.length > 0 && !changesNothing(run);
}

/** What deals with deleted mailboxes is loaded when there may be any. */
async function settleDeletions(
  run: Run,
  scene: Pick<Reconciled, "listings" | "known"> & Pick<MailboxPlan, "gone">,
): Promise<Followed | undefined> {
  if (run.deletions === undefined) {
    if (scene.gone.length === 0) return undefined;
    return (await import("./follow-deletions.ts")).leaveDeleted(run, scene);
  }
  const isThere = (name: string): boolean =>
    sides.some((side) => scene.listings[side].mailboxes.get(name)?.exists === true);
  if (scene.gone.length === 0 && [...scene.known.keys()].every(isThere)) return undefined;
  return (await import("./follow-deletions.ts")).followDeletions(run, run.deletions, scene);
}

/**
 * A mailbox that somebody renames while a server lists it may be there under both names. What is to be created must not be
 * such a one; those that never held a message are alike without that.
 */
function isAnyListedTwice({ listings, plan }: Planned): boolean {
  return sides.some((side) => {
    const created = plan.create.filter((one) => one.side === otherSide(side));
    if (created.length === 0) return false;
    const numbers = ({ state }: ListedMailbox): string | undefined =>
      state === undefined || state.uidNext <= 1 ? undefined : Object.values(state).join(" ");
    const listed = [...listings[side].mailboxes.values()].filter(({ exists }) => exists);
    const alike = groupBy(listed, numbers);
    return created.some(({ name }) => {
      const own = numbers(listings[side].mailboxes.get(name)!);
      return own !== undefined && alike.get(own)!.length > 1;
    });
  });
}

/** As listed and as known, with one spelling of INBOX as the first level. */
function pairLevels(run: Run, listed: PerSide<Listing>): Pick<Reconciled, "listings" | "known"> {
  const known = knownMailboxes(run.store);
  const { listings, respelt, clashes } = pairInboxLevels({ listings: listed, known });
  for (const { side, names } of clashes) {
    const [first, second] = names;
    if (!run.skipped.has(first)) {
      const message = `"${briefName(first)}" and "${briefName(second)}" are two mailboxes on the ${side} server, but would be one on the other`;
      const hint = "rename one of them on that server";
      run.report({
        type: "mailbox-skipped",
        side,
        mailbox: first,
        error: new InterimapError("MAILBOX_NAME", message, { hint }),
      });
    }
    for (const name of names) run.skipped.add(name);
  }
  if (respelt.length === 0) return { listings, known };
  run.store.renameMailboxes(respelt);
  for (const { idx, to } of respelt) noteRemoteName(run.store, { idx, name: to }, listings.remote.naming);
  return { listings, known: knownMailboxes(run.store) };
}

/** What cannot be created is skipped; so are those that are too many. */
async function createAll(run: Run, { listings, plan }: Planned): Promise<void> {
  if (changesNothing(run)) {
    for (const one of plan.create) planCreation(run, { ...one, listings });
    return;
  }
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
  const message = `too many new mailboxes for one run: this one and ${String(others.length)} others`;
  const hint = `at most ${String(mostCreated)} are created in one run; run again to go on`;
  skipMailbox(
    run,
    { side: first.side, mailbox: first.name },
    new InterimapError("MAILBOX_PROTOCOL", message, { hint }),
  );
  for (const { name } of others) run.skipped.add(name);
}

/** Once each. */
function skipUnreadable(run: Run, oddities: readonly OddMailbox[]): void {
  for (const { side, line, name, shownName = name } of oddities) {
    const isTold = run.unreadable[side].has(line);
    run.unreadable[side].add(line);
    if (name !== undefined && (run.isIgnored(name) || run.skipped.has(name))) continue;
    if (name !== undefined) run.skipped.add(name);
    const error = lineUnreadable(line, side);
    const mailbox = shownName === undefined ? {} : { mailbox: shownName };
    if (!isTold) run.report({ type: "mailbox-skipped", side, ...mailbox, error });
  }
}

function requireMailboxes({ guard }: Run, listings: PerSide<Listing>, { gone }: MailboxPlan): void {
  for (const side of sides) {
    const listed = [...listings[side].mailboxes.values()].filter(({ exists }) => exists).length;
    guard.requireAny(side, { listed, missing: gone.filter((one) => one.side === side).length });
  }
}

interface NamedPlace {
  readonly side: Side;
  readonly name: string;
  readonly listings: PerSide<Listing>;
}

/** In a dry run: the mailbox, and what it would hold. */
function planCreation(run: Run, { side, name: mailbox, listings }: NamedPlace): void {
  const { messages } = listings[otherSide(side)].mailboxes.get(mailbox) ?? {};
  run.report({ type: "mailbox-created", side, mailbox, isPlanned: true });
  const copies = { copies: messages, octets: undefined, deletions: 0, flagChanges: 0 };
  if (messages !== 0) run.report({ type: "messages-planned", side, mailbox, ...copies });
  run.skipped.add(mailbox);
}

async function createOn({ sessions, report, created }: Run, { side, name, listings }: NamedPlace): Promise<void> {
  if (created[side].has(name)) {
    throw new InterimapError("MAILBOX_GONE", "the server created the mailbox but does not list it", { side });
  }
  created[side].add(name);
  await create(sessions[side], toWire(name, listings[side].naming));
  report({ type: "mailbox-created", side, mailbox: name });
}
