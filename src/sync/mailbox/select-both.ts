// Selects a mailbox on both sides, and asks in the same packet for everything else that can be asked.

import type { Channel } from "../../imap/mailbox/channel.ts";
import { fetchIdentities, fetchSizes } from "../../imap/verbs/fetch.ts";
import { noop, status } from "../../imap/verbs/mailbox.ts";
import type { Baseline, Observed } from "../../mail/observe/changes.ts";
import { observe } from "../../mail/observe/observe.ts";
import { InterimapError } from "../../model/errors.ts";
import type { MailboxState } from "../../model/mailbox-state.ts";
import { sizesOf } from "../../model/message-sizes.ts";
import { bothSides, otherSide, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { emptyUidSet, isEmpty, uidRange, type UidSet } from "../../model/uid-set.ts";
import { isChange, type Report } from "../context/events.ts";
import type { MailboxWork, OpenMailbox, Prefetched } from "../context/open-mailbox.ts";
import { firstOf } from "../copies/new-sizes.ts";
import { FlagLedger } from "../flags/flag-ledger.ts";
import { askForSample } from "../identity/identity-sample.ts";
import { undeletableIn } from "../refused/refused-changes.ts";
import { baselineOf, recordOf } from "./baseline.ts";
import { progressFrom, recordedStates, takeUp } from "./starting-point.ts";
import { noteStability } from "./unstable-uids.ts";

/** A connection with nothing in flight survives the loss of the other one. */
export async function allAnswered(mailbox: Pick<OpenMailbox, "readBacks" | "prefetched" | "sample">): Promise<void> {
  await Promise.allSettled([...mailbox.readBacks, ...prefetches(mailbox)]);
}

function prefetches({ prefetched, sample }: Pick<OpenMailbox, "prefetched" | "sample">): Promise<unknown>[] {
  return sides.flatMap((side) => [prefetched[side]?.sizes ?? [], sample?.found[side] ?? []].flat());
}

/** The recorded states mean nothing until a round has ended. */
function isFromElsewhere({ store, idx }: MailboxWork, before: PerSide<MailboxState | undefined>): boolean {
  return sides.some((side) => before[side]?.uidNext !== 1) && !store.wasSynchronised(idx);
}

/** @throws InterimapError when a side cannot select it, or has another mailbox under its name by now. */
export async function openMailbox(work: MailboxWork): Promise<OpenMailbox> {
  const { sessions, wireNames } = work;
  const report: Report = (event) => {
    if (isChange(event)) mailbox.hasProgressed = true;
    work.report(event);
  };
  const undeletable = undeletableIn(work);
  // The sample contains what is to be checked, and is taken from rows that all have a message.
  const maySample = !work.repairs && sides.every((side) => isEmpty(undeletable[side]));
  const recordedOf = recordOf(work);
  const baselines = perSide((side) => baselineOf(work, side, { ...recordedOf, maySample }));
  const observing = perSide((side) => observeCounted(sessions[side], wireNames[side], baselines[side]));
  const prefetched = perSide((side) => prefetch(work, side));
  const sample = askForSample(work);
  const observed = await bothSides((side) => observing[side]).catch(async (error: unknown) => {
    await Promise.allSettled(prefetches({ prefetched, sample }));
    throw error;
  });
  const views = perSide((side) => observed[side].view);
  const anew = sides.filter((side) => observed[side].isAnew);
  // The next command must not claim its answers.
  if (anew.length > 0 && sample !== undefined) await bothSides((side) => sample.found[side]);
  const isUnstable = perSide((side) => noteStability(work, side, observed[side]));
  const before = anew.length > 0 ? { local: undefined, remote: undefined } : work.before;
  const wasInterrupted = work.marked === undefined && work.store.transfers.interruption(work.idx) !== undefined;
  if (wasInterrupted) work.store.transfers.renewUnconfirmed(work.idx);
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
    observed,
    views,
    flags: perSide((side) => ledgerOf(observed[side])),
    recorded,
    isUnstable,
    isDoubtful: { local: false, remote: false },
    prefetched,
    sample: anew.length > 0 ? undefined : sample,
    readBacks: [],
    refusals: [],
    progress: progressFrom({ ...work, before, interrupted }, { views, beyond: recordedOf.beyond }),
  };
  return mailbox;
}

function ledgerOf({ view, flagsBefore: recorded, flagsNow: now }: Observed): FlagLedger {
  return new FlagLedger(view.pending, { recorded, now });
}

/** How often to ask again for a count that does not fit. */
const countAttempts = 3;

/**
 * A new mailbox that STATUS says has messages, and SELECT says has none, is asked about again. If it were taken for empty,
 * nothing would be matched, and everything would be copied.
 */
async function observeCounted(session: Channel, wireName: string, baseline?: Baseline): Promise<Observed> {
  const observed = await observe(session, wireName, baseline);
  const { view } = observed;
  if (baseline !== undefined || view.existedWhenSelected > 0 || view.uidNext <= 1) return observed;
  let counted = 0;
  for (let attempt = 1; attempt <= countAttempts; attempt++) {
    const [told] = await Promise.all([status(session, wireName), noop(session)]);
    counted = told.messages ?? 0;
    // The NOOP reports what has arrived since, and may be gone again.
    if (counted === 0 || view.exists > 0) return observed;
  }
  const message = `the server counts ${String(counted)} messages in STATUS but none when the mailbox is selected`;
  throw new InterimapError("MAILBOX_PROTOCOL", message, { side: session.side, hint: "nothing was copied" });
}

/** Asks for the sizes of the first new messages, judging by LIST, so that the question leaves together with SELECT. */
function prefetch(work: MailboxWork, side: Side): Prefetched | undefined {
  const uids = newByList(work, side);
  if (work.repairs || isEmpty(uids)) return undefined;
  const session = work.sessions[side];
  if (isEmpty(newByList(work, otherSide(side)))) {
    const first = firstOf(session, uids);
    const sizes = fetchSizes(session, first, { withDates: work.elsewhere !== undefined });
    return { uids: first, sizes: sizes.catch(() => undefined) };
  }
  const identities = fetchIdentities(session, uids).catch(() => undefined);
  return { uids, identities, sizes: identities.then((messages) => messages && sizesOf(messages)) };
}

function newByList({ before, listed }: MailboxWork, side: Side): UidSet {
  const [known, now] = [before[side], listed[side]];
  if (now === undefined) return emptyUidSet;
  if (known !== undefined)
    return known.uidValidity === now.uidValidity ? uidRange(known.uidNext, now.uidNext - 1) : emptyUidSet;
  // If both sides have messages, these are matched first.
  const other = otherSide(side);
  const isCopiedWhole = before[other] === undefined && (listed[other]?.uidNext ?? 1) <= 1;
  return isCopiedWhole ? uidRange(1, now.uidNext - 1) : emptyUidSet;
}
