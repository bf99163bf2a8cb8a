// One mailbox, both sides, until they agree: vanished, then flags, then new messages, round after round;
// then the checkpoint. Order matters: see "Safety lies in the order" in ARCHITECTURE.md.

import { fetchIdentities, fetchSizes } from "../../imap/verbs/fetch.ts";
import { noop, status } from "../../imap/verbs/mailbox.ts";
import { select, type KnownMailbox as ServerKnowledge } from "../../imap/verbs/select.ts";
import { selectAgain, type Channel } from "../../imap/channel.ts";
import type { MailboxView } from "../../imap/mailbox-view.ts";
import { allDone } from "../../util/all-done.ts";
import { InterimapError, interrupted } from "../../model/errors.ts";
import { noFlags } from "../../model/flags.ts";
import { sizesOf } from "../../model/message-sizes.ts";
import { nothingSeen, type MailboxState } from "../../model/mailbox-state.ts";
import { bothSides, otherSide, perSide, sides, type PerSide, type Side } from "../../model/side.ts";
import {
  countUids,
  emptyUidSet,
  hasUid,
  isEmpty,
  lastUid,
  subtract,
  uidRange,
  uidSetOf,
  union,
  type UidSet,
} from "../../model/uid-set.ts";
import type { ChangeKind } from "../../state/refused-changes.ts";
import { isBalanced, requireAllTold } from "./balance.ts";
import { confirmCopied } from "../recovery/confirm-copied.ts";
import { copyNewMessages } from "../copies/copy-new.ts";
import { forgetUnknown, refuteAgain } from "../deletions/confirm-vanished.ts";
import { forgetDoubtedCopies } from "../copies/doubted-copies.ts";
import { isChange, type Report } from "../context/events.ts";
import { FlagKnowledge } from "../flags/flag-knowledge.ts";
import { propagateFlags } from "../flags/propagate-flags.ts";
import { propagateVanished } from "../deletions/propagate-vanished.ts";
import type { Foretold, MailboxWork, OpenMailbox, Progress } from "../context/open-mailbox.ts";
import { readAgain } from "./read-again.ts";
import { repairMailbox } from "../recovery/repair-mailbox.ts";
import { resume } from "../recovery/resume.ts";
import { offerRefusedChanges } from "../refused/offer-changes.ts";
import { clearSettledFlags, undeletableIn } from "../refused/refused-changes.ts";
import { isDue } from "../refused/retry-refused.ts";
import { reportRefusals } from "../refused/record-refusal.ts";
import { requireTrueUids } from "../copies/silent-copies.ts";
import { distrust, findGoneBack, type Doubts } from "../recovery/gone-back.ts";
import { askForSample, judgeSample } from "../identity/identity-sample.ts";
import { findStrays } from "./strays.ts";
import { offerUnkeptFlags, recordUnkeptFlags } from "../flags/unkept-flags.ts";
import { findUntoldChanges, recordable } from "./untold-changes.ts";
import { endVainWaits, isWaitOver, noteRoom } from "../copies/waits.ts";

/**
 * Synchronises one mailbox and records its state.
 * @throws InterimapError; one that abandons only the mailbox leaves its checkpoint as it was.
 */
export async function syncMailbox(work: MailboxWork): Promise<void> {
  const mailbox = await open(work);
  try {
    await untilBothAgree(mailbox);
  } finally {
    // A connection that has nothing in flight outlives the loss of the other one.
    await Promise.allSettled([...mailbox.readBacks, ...foretellings(mailbox)]);
    forgetDoubtedCopies(mailbox);
    reportRefusals(mailbox);
    reportUndated(mailbox);
  }
}

function reportUndated({ progress, report, name }: OpenMailbox): void {
  for (const side of sides) {
    const count = progress[side].undated;
    if (count > 0) report({ type: "dates-unkept", side, mailbox: name, count });
  }
}

function foretellings({ foretold, sample }: Pick<OpenMailbox, "foretold" | "sample">): Promise<unknown>[] {
  return sides.flatMap((side) => [foretold[side]?.sizes ?? [], sample?.found[side] ?? []].flat());
}

async function findDoubts(mailbox: OpenMailbox): Promise<Doubts> {
  const sampled = mailbox.sample && (await judgeSample(mailbox, mailbox.sample));
  const goneBack = await findGoneBack(mailbox);
  return perSide((side) => goneBack[side] ?? sampled?.[side]);
}

/** So many rounds in a row may bring nothing forward before a server is not believed to have more to tell. */
const mostIdleRounds = 10;

async function untilBothAgree(mailbox: OpenMailbox): Promise<void> {
  const { views, store, idx, progress } = mailbox;
  let idleRounds = 0;
  const isDoubted = distrust(mailbox, await findDoubts(mailbox));
  await findStrays(mailbox);
  if (!isDoubted) {
    await confirmCopied(mailbox);
    await findUntoldChanges(mailbox);
    await offerRefusedChanges(mailbox);
    await offerUnkeptFlags(mailbox);
  }
  await (mailbox.repairs || isDoubted ? repairMailbox(mailbox) : resume(mailbox));
  // A copy: the views go on changing, and what is to be looked at must be what was looked at.
  let after = perSide((side) => stateOf(views[side]));
  let retry = perSide((side) => dueUids(mailbox.progress[side]));
  for (let round = 1; ; round++) {
    requireReadable(mailbox);
    if (round > 1 && mailbox.stop.aborted) throw interrupted();
    mailbox.hasProgressed = false;
    for (const side of sides) mailbox.progress[side].isContested = false;
    await propagateVanished(mailbox);
    await propagateFlags(mailbox);
    noteRoom(mailbox);
    await copyNewMessages(
      mailbox,
      perSide((side) => union(newUids(mailbox.progress[side], after[side].uidNext), retry[side])),
    );
    retry = { local: emptyUidSet, remote: emptyUidSet };
    for (const side of sides) progress[side].strays = emptyUidSet;
    // A UIDNEXT below the last one is not believed: what has a row already would be new once more.
    for (const side of sides) progress[side].floor = Math.max(progress[side].floor, after[side].uidNext);
    const [known, isFirst] = [after, round === 1];
    const settled = bothSides((side) =>
      isFirst && isAsSelected(mailbox, side) ? Promise.resolve(known[side]) : settle(mailbox, side),
    );
    await allDone<unknown>([settled, ...mailbox.readBacks.splice(0)]);
    after = await settled;
    await requireTrueUids(
      mailbox,
      perSide((side) => after[side].uidNext),
    );
    const isDone = sides.every((side) => !hasMoreToDo(mailbox, { side, uidNext: after[side].uidNext }));
    if (
      isDone &&
      !(await readAgain(mailbox)) &&
      !(await findUntoldChanges(mailbox)) &&
      (await isBalanced(mailbox, after))
    )
      break;
    idleRounds = mailbox.hasProgressed ? 0 : idleRounds + 1;
    if (idleRounds >= mostIdleRounds) throw endless(mailbox, after);
  }
  after = await proven(mailbox, after);
  requireReadable(mailbox);
  requireAllTold(mailbox, after);
  store.transaction(() => {
    clearSettledFlags(mailbox);
    recordUnkeptFlags(mailbox);
    endVainWaits(mailbox, after);
    const states = recordable(mailbox, after);
    for (const side of sides) store.noteMailboxId(idx, side, views[side].mailboxId);
    store.checkpoint(
      idx,
      states,
      perSide((side) => progress[side].counted),
    );
  });
}

/**
 * A HIGHESTMODSEQ that is too high would hide all that happens until it is reached. One that nothing else bears out than the
 * answer to one STATUS is asked for again; the lower one counts.
 */
async function proven(
  { sessions, wireNames, views }: OpenMailbox,
  after: PerSide<MailboxState>,
): Promise<PerSide<MailboxState>> {
  return bothSides(async (side) => {
    const state = after[side];
    if (state.highestModSeq <= views[side].provenModSeq) return state;
    const { uidValidity, highestModSeq = state.highestModSeq } = await status(sessions[side], wireNames[side]);
    const isLower = uidValidity === state.uidValidity && highestModSeq < state.highestModSeq;
    return isLower ? { ...state, highestModSeq } : state;
  });
}

/** The side whose server keeps the rounds going is named. */
function endless(mailbox: OpenMailbox, after: PerSide<MailboxState>): InterimapError {
  const { progress } = mailbox;
  const side =
    sides.find((one) => progress[one].isContested) ??
    sides.find((one) => hasMoreToDo(mailbox, { side: one, uidNext: after[one].uidNext }));
  return new InterimapError(
    "MAILBOX_PROTOCOL",
    `the ${side ?? "local"} server tells of changes without end, and nothing comes of them`,
    side === undefined ? {} : { side },
  );
}

/** Our own states of a mailbox say nothing until a round has come to its end. */
function isFromElsewhere({ store, idx }: MailboxWork, before: PerSide<MailboxState | undefined>): boolean {
  return sides.some((side) => before[side]?.uidNext !== 1) && !store.wasSynchronised(idx);
}

function requireReadable({ views }: Pick<OpenMailbox, "views">): void {
  for (const side of sides) views[side].requireReadable(side);
}

async function open(work: MailboxWork): Promise<OpenMailbox> {
  const { sessions, wireNames, name } = work;
  const report: Report = (event) => {
    if (isChange(event)) mailbox.hasProgressed = true;
    work.report(event);
  };
  const undeletable = undeletableIn(work);
  // The sample is made of what is to be checked; and of rows that all have a message.
  const maySample = !work.repairs && sides.every((side) => isEmpty(undeletable[side]));
  const recordedOf = recordOf(work);
  // Counted once: there may be a million.
  const rows = maySample && sides.some((side) => work.before[side]) ? work.store.countMappings(work.idx) : 0;
  const known = perSide((side) => knowledge(work, side, { ...recordedOf, rows }));
  const selecting = perSide((side) => selectCounted(sessions[side], wireNames[side], known[side]));
  const foretold = perSide((side) => foretell(work, side));
  const sample = askForSample(work);
  const views = await bothSides((side) => selecting[side]).catch(async (error: unknown) => {
    await Promise.allSettled(foretellings({ foretold, sample }));
    throw error;
  });
  const uidValidity = perSide((side) => views[side].uidValidity);
  const anew = sides.filter((side) => (work.before[side]?.uidValidity ?? uidValidity[side]) !== uidValidity[side]);
  // What is asked for next must not take its answers.
  if (anew.length > 0 && sample !== undefined) await bothSides((side) => sample.found[side]);
  for (const side of anew) {
    requireAsListed(work, side, uidValidity[side]);
    report({ type: "uidvalidity-changed", side, mailbox: name });
  }
  const before = anew.length > 0 ? { local: undefined, remote: undefined } : work.before;
  const wasInterrupted = work.marked === undefined && work.store.interruption(work.idx) !== undefined;
  if (wasInterrupted) work.store.renewUnconfirmed(work.idx);
  const recorded = recordedStates(work, { ...recordedOf, before, wasInterrupted });
  const interrupted = takeUp(work, { before, views, isAnew: anew.length > 0 });
  const mailbox: OpenMailbox = {
    ...work,
    report,
    hasProgressed: false,
    interrupted,
    wasInterrupted,
    isTakenOver: wasInterrupted && isFromElsewhere(work, before),
    marked: work.marked,
    before,
    views,
    flags: new FlagKnowledge(),
    recorded,
    isDoubtful: { local: false, remote: false },
    foretold,
    sample: anew.length > 0 ? undefined : sample,
    readBacks: [],
    refusals: [],
    progress: progressFrom({ ...work, before, interrupted }, { views, beyond: recordedOf.beyond }),
  };
  return mailbox;
}

/**
 * A mailbox that was there when all were listed may have been renamed since, and another one given its name: the next look at
 * all names tells.
 */
function requireAsListed({ listed, before }: MailboxWork, side: Side, uidValidity: number): void {
  const then = listed[side]?.uidValidity;
  if (then === undefined || then === uidValidity || then !== before[side]?.uidValidity) return;
  const message = "another mailbox has its name now";
  throw new InterimapError("MAILBOX_UNSTABLE", message, { side, hint: "run again to see what became of it" });
}

/** Read once for all that follows from it. */
interface RecordOf {
  readonly counts: PerSide<number> | undefined;
  /** UIDs with a row that are not below the recorded UIDNEXT. */
  readonly beyond: PerSide<UidSet>;
}

function recordOf({ store, idx, before }: MailboxWork): RecordOf {
  return {
    counts: store.messageCounts(idx),
    beyond: perSide((side) => (before[side] ? store.mappedUids(idx, side, before[side].uidNext) : emptyUidSet)),
  };
}

/** So often a count that does not fit is asked for. */
const countAttempts = 3;

/**
 * What is met for the first time, has had messages and is said to hold none is asked once more: taken for empty, it would
 * be matched with nothing, and everything in it copied.
 */
async function selectCounted(session: Channel, wireName: string, known?: ServerKnowledge): Promise<MailboxView> {
  const view = await select(session, wireName, known);
  if (known !== undefined || view.existedWhenSelected > 0 || view.uidNext <= 1) return view;
  let counted = 0;
  for (let attempt = 1; attempt <= countAttempts; attempt++) {
    const [told] = await Promise.all([status(session, wireName), noop(session)]);
    counted = told.messages ?? 0;
    // What came since, and may be gone again, is told by the NOOP.
    if (counted === 0 || view.exists > 0) return view;
  }
  const message = `the server counts ${String(counted)} messages (STATUS), and none when the mailbox is selected`;
  throw new InterimapError("MAILBOX_PROTOCOL", message, { side: session.side, hint: "nothing was copied" });
}

/** Asks for the sizes of what is new by what LIST said, so that this leaves together with SELECT. */
function foretell(work: MailboxWork, side: Side): Foretold | undefined {
  const uids = newByList(work, side);
  if (work.repairs || isEmpty(uids)) return undefined;
  const session = work.sessions[side];
  if (isEmpty(newByList(work, otherSide(side))))
    return { uids, sizes: fetchSizes(session, uids).catch(() => undefined) };
  const identities = fetchIdentities(session, uids).catch(() => undefined);
  return { uids, identities, sizes: identities.then((messages) => messages && sizesOf(messages)) };
}

function newByList({ before, listed }: MailboxWork, side: Side): UidSet {
  const [known, now] = [before[side], listed[side]];
  if (known === undefined || now?.uidValidity !== known.uidValidity) return emptyUidSet;
  return now.uidNext <= known.uidNext ? emptyUidSet : uidRange(known.uidNext, now.uidNext - 1);
}

interface TakenUp {
  /** Undefined: first met, or met anew. */
  readonly before: PerSide<MailboxState | undefined>;
  readonly views: PerSide<MailboxView>;
  /** UIDVALIDITY changed. */
  readonly isAnew: boolean;
}

/**
 * Returns the floors from which on messages without a mapping are matched before anything is copied; undefined when there
 * can be no copies among them. What is met for the first time may be the same on both sides. Where UIDVALIDITY changed
 * the recorded UIDs mean nothing any more: no deletion follows from that, all messages are matched, the rest is copied.
 */
function takeUp(work: MailboxWork, { before, views, isAnew }: TakenUp): PerSide<number> | undefined {
  const { store, idx, matchesExisting, marked } = work;
  // A marker that was set for this round tells of nothing yet.
  const left = marked === undefined ? store.interruption(idx) : undefined;
  if (!isAnew && before.local !== undefined && before.remote !== undefined) return left;
  const states = perSide((side) => before[side] ?? nothingSeen(views[side].uidValidity));
  const bothHoldMessages = sides.every((side) => before[side] === undefined && views[side].exists > 0);
  const matches = isAnew || left !== undefined || (bothHoldMessages && matchesExisting);
  store.transaction(() => {
    if (isAnew) store.forgetMessages(idx);
    if (matches || marked !== undefined) store.startOver(idx, states);
    else store.checkpoint(idx, states);
  });
  return matches ? { local: 1, remote: 1 } : undefined;
}

/**
 * Undefined where a round was cut short: UIDNEXT may be older than the rest then, above all in a database of the original
 * program. Neither does a repair believe it.
 */
function recordedStates(
  { repairs }: MailboxWork,
  { counts, beyond, before, wasInterrupted }: RecordOf & Pick<OpenMailbox, "before" | "wasInterrupted">,
): OpenMailbox["recorded"] {
  return perSide((side) => {
    const state = before[side];
    if (state === undefined || repairs || wasInterrupted) return undefined;
    return isEmpty(beyond[side]) ? { ...state, messages: counts?.[side] } : undefined;
  });
}

/** What is recorded of the mailbox is read once for both sides. */
function progressFrom(
  { store, idx, repairs, before, interrupted }: MailboxWork & Pick<OpenMailbox, "interrupted">,
  { views, beyond }: { readonly views: PerSide<MailboxView> } & Pick<RecordOf, "beyond">,
): PerSide<Progress> {
  const [waits, allRefused, allChanges] = [store.waits(idx), store.refused(idx), store.refusedChanges(idx)];
  const allUnkept = store.unkept(idx);
  return perSide((side) => {
    const isHere = (one: { readonly side: Side }): boolean => one.side === side;
    const wait = waits.find(isHere);
    const least = Math.min(interrupted?.[side] ?? Infinity, wait?.firstUid ?? Infinity);
    const floor = Math.min(before[side]?.uidNext ?? 1, least);
    const refused = allRefused.filter(isHere);
    const changes = allChanges.filter(isHere);
    const of = (what: ChangeKind): UidSet => uidSetOf(changes.filter((one) => one.what === what).map(({ uid }) => uid));
    return {
      floor,
      copied: emptyUidSet,
      mapped: floor === before[side]?.uidNext ? beyond[side] : store.mappedUids(idx, side, floor),
      isTouched: false,
      nextUid: views[side].uidNext,
      unnamed: emptyUidSet,
      silent: [],
      areCopiesDoubted: false,
      counted: views[side].existedWhenSelected,
      observed: views[side].whenSelected,
      hidesChanges: false,
      isStuck: false,
      hasUntold: false,
      isProbed: false,
      untold: 0,
      undated: 0,
      isContested: false,
      lost: 0,
      refuted: emptyUidSet,
      refused: new Set(refused.map(({ uid }) => uid)),
      due: uidSetOf(refused.filter((message) => repairs || isDue(message)).map(({ uid }) => uid)),
      wait: wait && { ...wait, isOver: repairs || isWaitOver(wait) },
      hasShrunk: false,
      strays: emptyUidSet,
      undeletable: of("deletion"),
      unflaggable: of("flags"),
      dueChanges: uidSetOf(changes.filter((change) => repairs || isDue(change)).map(({ uid }) => uid)),
      unkept: allUnkept.find(isHere)?.flags ?? noFlags,
      settled: emptyUidSet,
    };
  });
}

interface Sampled extends RecordOf {
  /** How many mappings there are to make a sample of. */
  readonly rows: number;
}

function knowledge(work: MailboxWork, side: Side, sampled: Sampled): ServerKnowledge | undefined {
  const state = work.before[side];
  if (state === undefined) return undefined;
  const maySample = sampled.rows > 0 && state.highestModSeq > 0n;
  return { state, sequenceSample: maySample ? sequenceSample(work, side, { ...sampled, below: state.uidNext }) : [] };
}

const sampleLimit = 32;

/**
 * Some messages' sequence numbers, which let a server that forgot what was expunged (RFC 7162 3.2.5.2) tell less. They are
 * ranks among our mappings, so they are right only if every message had a mapping; a wrong one would hide expunges.
 */
function sequenceSample(
  { store, idx }: MailboxWork,
  side: Side,
  { rows, counts, beyond, below }: Sampled & { readonly below: number },
): ServerKnowledge["sequenceSample"] {
  const count = rows - countUids(beyond[side]);
  const hadMappingsOnly = counts?.[side] === count;
  return hadMappingsOnly ? store.sequenceSample(idx, side, { below, count, limit: sampleLimit }) : [];
}

/** Some may have been paired since, or be gone. */
function dueUids({ refused, due }: Progress): UidSet {
  return uidSetOf([...refused].filter((uid) => hasUid(due, uid)));
}

/** New messages: neither seen in an earlier round, nor mapped, nor refused or waiting, which have their own time. */
function newUids({ floor, mapped, refused, wait, strays }: Progress, uidNext: number): UidSet {
  if (wait?.isOver === false) return emptyUidSet;
  const uids = union(uidRange(floor, uidNext - 1), strays);
  return isEmpty(uids) ? uids : subtract(uids, union(mapped, uidSetOf(refused)));
}

/** Nothing was changed there, and nothing told since: what SELECT said is the state, and what comes later the next run's. */
function isAsSelected({ views, progress }: OpenMailbox, side: Side): boolean {
  const { exists, existedWhenSelected, hasShrunk, vanished, changes } = views[side];
  const isSameNumber = exists === existedWhenSelected && !hasShrunk;
  return !progress[side].isTouched && isSameNumber && changes.size === 0 && isEmpty(vanished);
}

/**
 * Asks what the state is now, and lets the server tell all that led to it. A server may first leave out what another
 * session of ours has appended, because the session that asks has not seen it yet; the NOOP has made it look.
 */
async function settle(mailbox: OpenMailbox, side: Side): Promise<MailboxState> {
  const now = await askState(mailbox, side);
  const settled = lastUid(mailbox.progress[side].mapped) >= now.uidNext ? await askState(mailbox, side) : now;
  forgetUnknown(mailbox, side);
  await refuteAgain(mailbox, side);
  return settled;
}

/**
 * STATUS goes first: whatever it counts in is announced by the NOOP behind it at the latest, so a checkpoint never covers a
 * change we have not heard of.
 */
async function askState({ sessions, wireNames, views, progress }: OpenMailbox, side: Side): Promise<MailboxState> {
  const view = views[side];
  // What comes together with the answer may be later.
  const { latestModSeq } = view;
  const [told] = await Promise.all([status(sessions[side], wireNames[side]), noop(sessions[side])]);
  const { uidValidity, uidNext, highestModSeq } = isComplete(told) ? told : await selectForState(sessions[side], view);
  if (uidValidity !== view.uidValidity || view.isReplaced) {
    throw new InterimapError(
      "MAILBOX_UNSTABLE",
      `the mailbox was replaced on the ${side} server during synchronisation`,
      { side },
    );
  }
  view.noteHighestModSeq(highestModSeq);
  progress[side].counted = told.messages ?? view.exists;
  progress[side].observed = { uidValidity, uidNext, highestModSeq, messages: told.messages, latestModSeq };
  return { uidValidity, uidNext, highestModSeq };
}

function isComplete(told: Partial<MailboxState>): told is MailboxState {
  const { uidValidity, uidNext, highestModSeq } = told;
  return uidValidity !== undefined && uidNext !== undefined && highestModSeq !== undefined;
}

/** Some servers answer STATUS with less than was asked for, or with nothing. */
async function selectForState(session: Channel, view: MailboxView): Promise<MailboxState> {
  const selecting = selectAgain(view);
  view.uidNext = 0;
  await session.run(selecting);
  if (view.uidNext > 0) return stateOf(view);
  throw new InterimapError("MAILBOX_PROTOCOL", "the server tells no UIDNEXT, neither with STATUS nor with SELECT", {
    side: session.side,
  });
}

function hasMoreToDo(mailbox: OpenMailbox, { side, uidNext }: { side: Side; uidNext: number }): boolean {
  const view = mailbox.views[side];
  return (
    !isEmpty(view.vanished) ||
    mailbox.flags.hasNews(side, view.changes) ||
    !isEmpty(newUids(mailbox.progress[side], uidNext))
  );
}

function stateOf({ uidValidity, uidNext, highestModSeq }: MailboxView): MailboxState {
  return { uidValidity, uidNext, highestModSeq };
}
