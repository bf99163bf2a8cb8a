// A server's report that messages vanished is a claim. Before anything is deleted on the other side, the server is asked
// for exactly these messages, and whether the mailbox is still the one that was selected.

import { setTimeout } from "node:timers/promises";
import { CommandRefused } from "../../imap/command-refused.ts";
import type { FlagChange } from "../../imap/mailbox/pending-changes.ts";
import type { MailboxStatusResponse } from "../../imap/responses.ts";
import { eachMessagesFlags } from "../../imap/verbs/fetch-flags.ts";
import { noop, status } from "../../imap/verbs/mailbox.ts";
import { observeAgain } from "../../mail/observe/observe.ts";
import { InterimapError, interrupted } from "../../model/errors.ts";
import { otherSide, type PerSide, type Side } from "../../model/side.ts";
import {
  countUids,
  emptyUidSet,
  hasUid,
  intersect,
  isEmpty,
  lastUid,
  subtract,
  type UidSet,
  UidSetBuilder,
  uidSetOf,
  union,
} from "../../model/uid-set.ts";
import { allDone } from "../../util/all-done.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { comparePairs } from "../identity/compare-pairs.ts";
import { refusedUids } from "../refused/record-refusal.ts";
import { looksLikeTheEnd, pauseMs, type Vanishing } from "./vanished-doubt.ts";

/** How often a wrong count is asked for while nothing moves, and how often in a mailbox that keeps changing. */
const attempts = 3;
const mostLooks = 10;

const nothingDeleted = "nothing was deleted";

/**
 * Forgets reports that need no action: servers that keep no record of expunges report every missing UID with each SELECT
 * (RFC 7162 3.2.5.2). Nor is it news that a message is gone whose counterpart cannot be deleted.
 */
export function forgetUnknown(mailbox: OpenMailbox, side: Side): void {
  const { views, store, idx, progress } = mailbox;
  const [view, other] = [views[side], otherSide(side)];
  if (isEmpty(view.pending.vanished)) return;
  const left = store.mappings.pairsOf(idx, other, progress[other].undeletable).map((pair) => pair[side]);
  const mapped = subtract(store.mappings.among(idx, side, view.pending.vanished), uidSetOf(left));
  const known = union(mapped, intersect(view.pending.vanished, refusedUids(mailbox, side)));
  const unknown = subtract(view.pending.vanished, known);
  // It may be a message that waited to be copied.
  if (lastUid(unknown) >= (progress[side].wait?.firstUid ?? Infinity)) progress[side].hasShrunk = true;
  view.takeVanished(unknown);
}

/**
 * Returns those messages that the view reports as vanished and the server does not have. The others are removed from the view;
 * their flags, which the report may have hidden, are compared with the other side's.
 * @throws InterimapError MAILBOX_UNSTABLE if the mailbox is no longer the one that was selected; CommandRefused if the server
 * cannot say.
 */
export async function confirmVanished(mailbox: OpenMailbox, side: Side): Promise<UidSet> {
  const view = mailbox.views[side];
  if (isEmpty(view.pending.vanished)) return emptyUidSet;
  let misfits = 0;
  let misfit: Look | undefined;
  let before: Look | undefined;
  for (let look = 0; look < mostLooks && misfits < attempts; look++) {
    // More may have been reported meanwhile.
    forgetUnknown(mailbox, side);
    const seen = await lookFor(mailbox, side, misfit !== undefined);
    if (seen === undefined) break;
    if (!seen.fits) {
      // The mailbox may just be busy: the NOOP updated our count, and each look may meet another change.
      misfits = isStill(seen, misfit) ? misfits + 1 : 1;
      misfit = seen;
      continue;
    }
    if (isEmpty(seen.gone)) return seen.gone;
    const vanishing = vanishingOf(mailbox, side);
    if (!looksLikeTheEnd(vanishing) || isSame(seen, before)) {
      mailbox.progress[side].lost += countUids(intersect(seen.gone, view.pending.vanishedLive));
      return seen.gone;
    }
    before = seen;
    await pause(mailbox, pauseMs(vanishing));
  }
  throw unstable(side, nothingDeleted);
}

/** Before each further part of many deletions. @throws InterimapError MAILBOX_UNSTABLE */
export async function requireSame({ views, sessions, wireNames }: OpenMailbox, side: Side): Promise<void> {
  const outcome = "nothing more was deleted";
  const [now] = await allDone<MailboxStatusResponse | undefined>([
    status(sessions[side], wireNames[side]),
    noop(sessions[side]).then(() => undefined),
  ]).catch((error: unknown) => {
    throw refused(error, outcome);
  });
  const { uidValidity } = views[side];
  if ((now?.uidValidity ?? uidValidity) !== uidValidity) throw unstable(side, outcome);
}

function unstable(side: Side, outcome: string, words = ""): InterimapError {
  return new InterimapError(
    "MAILBOX_UNSTABLE",
    `the ${side} server reports messages as vanished, but the mailbox is no longer the one that was selected${words}`,
    { side, hint: `it was probably renamed or deleted meanwhile; ${outcome}, run again` },
  );
}

/** The mailbox is gone, unless the server gives another reason. */
function refused(error: unknown, outcome: string): unknown {
  if (!(error instanceof CommandRefused) || error.side === undefined) return error;
  const { responseCode, willPass, message, side } = error;
  if (willPass || (responseCode !== undefined && responseCode.name !== "NONEXISTENT")) return error;
  return unstable(side, outcome, `: ${message}`);
}

/**
 * A report that was refuted may come again with each SELECT. That alone is no reason for another round. But the message may be
 * gone by now, so it is asked for once more: unless it is there, the report stays.
 */
export async function refuteAgain(mailbox: OpenMailbox, side: Side): Promise<void> {
  const { views, sessions, progress, flags } = mailbox;
  const view = views[side];
  const again = intersect(view.pending.vanished, progress[side].refuted);
  const there = new UidSetBuilder();
  const changed = new Map<number, FlagChange>();
  await eachMessagesFlags(sessions[side], again, (uid, found) => {
    there.add(uid);
    if (!isUnchanged(mailbox, side, { uid, found })) changed.set(uid, found);
  });
  view.pending.refuteVanished(there.build());
  for (const [uid, found] of changed) flags[side].note(uid, found);
}

interface Found {
  readonly uid: number;
  readonly found: FlagChange;
}

/** The mailbox, as far as its server can be believed. */
function isUnchanged({ views, progress }: OpenMailbox, side: Side, { uid, found }: Found): boolean {
  return !progress[side].hidesChanges && views[side].isNoNews(uid, found);
}

interface Look {
  readonly gone: UidSet;
  readonly exists: number;
  /** As STATUS reported it. */
  readonly uidNext: number | undefined;
  /** The server counts as many messages as we do. */
  readonly fits: boolean;
}

/** Undefined: the mailbox is gone, or replaced by another. */
async function lookFor(mailbox: OpenMailbox, side: Side, anew: boolean): Promise<Look | undefined> {
  const { views, sessions, wireNames } = mailbox;
  const [view, session] = [views[side], sessions[side]];
  const [reported, live] = [view.pending.vanished, view.pending.vanishedLive];
  const there = new UidSetBuilder();
  const unchanged = new UidSetBuilder();
  // All leave together. STATUS goes before the NOOP, which reports whatever it counts in.
  const now = await allDone<MailboxStatusResponse | undefined>([
    status(session, wireNames[side]),
    ...(anew ? [observeAgain(session, mailbox.observed[side]).then(() => undefined)] : []),
    eachMessagesFlags(session, reported, (uid, found) => {
      there.add(uid);
      if (isUnchanged(mailbox, side, { uid, found })) unchanged.add(uid);
    }).then(() => undefined),
    noop(session).then(() => undefined),
  ]).then(
    ([answer]) => answer,
    (error: unknown) => {
      throw refused(error, nothingDeleted);
    },
  );
  if (now === undefined || view.isReplaced) return undefined;
  // Some servers answer STATUS with fewer items than requested: SELECT reports them, too.
  const isSilent = now.uidValidity === undefined || now.messages === undefined;
  if (isSilent && !anew) return lookFor(mailbox, side, true);
  if (!isSilent && now.uidValidity !== view.uidValidity) return undefined;
  view.requireRead(subtract(reported, there.build()), side);
  // An answer is newer than the reports before it, and older than those that came meanwhile.
  const refuted = subtract(there.build(), subtract(view.pending.vanishedLive, live));
  if (now.messages !== undefined && !isEmpty(intersect(refuted, live))) view.exists = now.messages;
  view.pending.refuteVanished(refuted);
  const isCounted = !isEmpty(view.pending.vanishedLive) || view.exists === 0;
  const seen = {
    gone: intersect(reported, view.pending.vanished),
    exists: view.exists,
    uidNext: now.uidNext,
    fits: !isCounted || (now.messages ?? view.exists) === view.exists,
  };
  // Messages that are reported meanwhile were not part of the search.
  await noteRefuted(mailbox, side, { uids: refuted, unchanged: unchanged.build() });
  return seen;
}

interface Refuted {
  readonly uids: UidSet;
  /** Those whose flags are not newer than the known ones. */
  readonly unchanged: UidSet;
}

async function noteRefuted(mailbox: OpenMailbox, side: Side, { uids, unchanged }: Refuted): Promise<void> {
  if (isEmpty(uids)) return;
  const { store, idx, name, progress, report, flags } = mailbox;
  const isNews = !isEmpty(subtract(uids, progress[side].refuted));
  progress[side].refuted = union(progress[side].refuted, uids);
  if (isNews) report({ type: "vanished-refuted", side, mailbox: name, uids });
  // The report may have hidden a change. Where the other side reported one, or this one refused it, that is the difference.
  const other = otherSide(side);
  const isExplained = (pair: PerSide<number>): boolean =>
    hasUid(unchanged, pair[side]) &&
    (flags[other].changeOf(pair[other]) !== undefined || hasUid(progress[side].unflaggable, pair[side]));
  const pairs = store.mappings.pairsOf(idx, side, uids).filter((pair) => !isExplained(pair));
  await comparePairs(mailbox, pairs, [side]);
}

function vanishingOf({ views, progress }: OpenMailbox, side: Side): Vanishing {
  const { pending, exists } = views[side];
  const { vanished, vanishedLive } = pending;
  return { live: progress[side].lost + countUids(vanishedLive), reported: countUids(vanished), left: exists };
}

function isSame(a: Look, b: Look | undefined): boolean {
  return b !== undefined && a.exists === b.exists && countUids(a.gone) === countUids(b.gone);
}

/** No message came or went between the two. */
function isStill(a: Look, b: Look | undefined): boolean {
  return b !== undefined && a.exists === b.exists && a.uidNext === b.uidNext;
}

async function pause({ stop, pause: wait = sleep }: OpenMailbox, ms: number): Promise<void> {
  await wait(ms, stop).catch(() => {
    throw interrupted();
  });
}

function sleep(ms: number, signal: AbortSignal): Promise<unknown> {
  return setTimeout(ms, undefined, { signal });
}
