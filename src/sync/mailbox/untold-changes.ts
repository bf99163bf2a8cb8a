// Mailboxes whose server does not report every change: they are compared in full, and recorded so that the next run does it
// again.

import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { toldState } from "../../imap/mailbox/told-state.ts";
import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { status } from "../../imap/verbs/mailbox.ts";
import { followsChanges, type MailboxState, withoutModSeq } from "../../model/mailbox-state.ts";
import { firstModSeq, noModSeq } from "../../model/mod-seq.ts";
import { type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { isEmpty, uidSetOf, uidsOf } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { comparePairs } from "../identity/compare-pairs.ts";
import { isRefused } from "../refused/refused-changes.ts";
import { type Doubt, doubtOf, type ModSeqEvidence } from "./mod-seq-doubt.ts";

/**
 * To be called when the mailbox has been selected, and when all seems to be done. What is found is in the ledgers and views afterwards,
 * as if it had been told. Returns whether there was anything to compare.
 */
export async function findUntoldChanges(mailbox: OpenMailbox): Promise<boolean> {
  const { store, idx, progress, views, flags } = mailbox;
  const doubts = new Map<Side, Doubt | undefined>();
  for (const side of sides) {
    if (progress[side].hidesChanges) {
      if (!takeUnnamed(views[side])) continue;
      doubts.set(side, undefined);
      continue;
    }
    if (isWorthAProbe(mailbox, side)) await probe(mailbox, side);
    const doubt = doubtOf(evidenceOf(mailbox, side));
    if (doubt === undefined && !wasHiding(mailbox, side)) continue;
    doubts.set(side, doubt);
    progress[side].hidesChanges = true;
    progress[side].isStuck = store.isStuck(idx, side);
  }
  const hiding = [...doubts.keys()];
  const isToCompare = hiding.length > 0 && store.mappings.count(idx) > 0;
  if (isToCompare) {
    const known = perSide((side) => flags[side].count);
    for (const side of hiding) views[side].latestModSeq = noModSeq;
    // Where the other side reported a change, that is what makes the difference.
    await comparePairs(mailbox, pairsOf(mailbox, hiding, false), hiding);
    await comparePairs(mailbox, pairsOf(mailbox, hiding, true), []);
    for (const side of hiding)
      progress[side].hasUntold = flags[side].count > known[side] || !isEmpty(views[side].pending.vanished);
  }
  for (const [side, doubt] of doubts) if (doubt !== undefined) await settleDoubt(mailbox, side, doubt);
  return isToCompare;
}

function takeUnnamed(view: MailboxView): boolean {
  const { hasUnnamedNews } = view;
  view.hasUnnamedNews = false;
  return hasUnnamedNews;
}

/** What cannot be seen in the mailbox as it is now, a server may have said once, and by mistake: it is asked again. */
async function settleDoubt(mailbox: OpenMailbox, side: Side, { reason, isHidden, isFaint }: Doubt): Promise<void> {
  const { progress, views, report, name, sessions, wireNames } = mailbox;
  if (isFaint && !progress[side].hasUntold) return;
  if (isHidden && !progress[side].isStuck) {
    const { latestModSeq } = views[side];
    const told = await status(sessions[side], wireNames[side]);
    const now = toldState(told, views[side].abilities);
    if (now === undefined) return;
    const evidence = evidenceOf(mailbox, side);
    const again = doubtOf({
      ...evidence,
      selected: { ...evidence.selected, latestModSeq: noModSeq },
      now: { ...now, messages: told.messages, latestModSeq },
      hasLost: progress[side].hasShrunk || !isEmpty(views[side].pending.vanished),
    });
    if (again === undefined) return;
    progress[side].isStuck = true;
  }
  if (!wasHiding(mailbox, side)) report({ type: "changes-untold", side, mailbox: name, reason });
}

/** What is to be recorded; what follows from it is recorded at once. */
export function recordable(mailbox: OpenMailbox, states: PerSide<MailboxState>): PerSide<MailboxState> {
  const { store, idx, progress } = mailbox;
  return perSide((side) => {
    if (!progress[side].hidesChanges) return states[side];
    const isStuck = progress[side].isStuck && !isProven(mailbox, side);
    store.setStuck(idx, side, isStuck);
    const { hasUntold } = progress[side];
    const isDoubtful = isStuck || hasUntold || doubtOf(evidenceOf(mailbox, side))?.isHidden === false;
    return isDoubtful ? withoutModSeq(states[side]) : states[side];
  });
}

/** Flags that were set here got a new mod-sequence, as they should, and so did the mailbox. */
function isProven(mailbox: OpenMailbox, side: Side): boolean {
  const [selected, now] = [mailbox.views[side].whenSelected, mailbox.progress[side].observed];
  const isNew = (modSeq: bigint): boolean => modSeq > selected.highestModSeq && modSeq <= now.highestModSeq;
  return doubtOf(evidenceOf(mailbox, side)) === undefined && hasStored(mailbox, side, isNew);
}

/** Whether flags were set of a message whose mod-sequence, as the server told it, is such a one. */
function hasStored({ views, progress }: OpenMailbox, side: Side, isSuch: (modSeq: bigint) => boolean): boolean {
  for (const uid of uidsOf(progress[side].settled)) if (isSuch(views[side].modSeqOf(uid))) return true;
  return false;
}

/** An earlier run found out, or was in doubt; an empty mailbox begins anew. */
function wasHiding({ store, idx, before }: OpenMailbox, side: Side): boolean {
  const recorded = before[side];
  return recorded !== undefined && !followsChanges(recorded) && store.mappings.count(idx) > 0;
}

function evidenceOf(mailbox: OpenMailbox, side: Side): ModSeqEvidence {
  const { recorded, listed, views, progress } = mailbox;
  const { whenSelected } = views[side];
  return {
    recorded: recorded[side],
    listed: listed[side],
    selected: whenSelected,
    now: progress[side].observed,
    hasLost: true,
    isStoredInVain: () =>
      hasStored(mailbox, side, (modSeq) => modSeq > noModSeq && modSeq <= whenSelected.highestModSeq),
    view: views[side],
  };
}

/** So few messages are enough to see whether there are mod-sequences. */
const probedMessages = 100;

/**
 * Cyrus says HIGHESTMODSEQ 1 of a mailbox in a format that has no mod-sequences, and MODSEQ (0) of its messages; with a
 * current one, as with Dovecot, the first message raises it to 2.
 */
function isWorthAProbe({ progress }: OpenMailbox, side: Side): boolean {
  const { observed, isProbed } = progress[side];
  return !isProbed && observed.highestModSeq === firstModSeq && observed.messages !== 0;
}

/** Whether the server has no mod-sequences of the messages, as far as a few of them tell. */
export async function lacksModSeqs(mailbox: OpenMailbox, side: Side): Promise<boolean> {
  if (isWorthAProbe(mailbox, side)) await probe(mailbox, side);
  return mailbox.views[side].lacksModSeqs || mailbox.views[side].hasUnknownModSeqs;
}

async function probe({ store, idx, sessions, progress }: OpenMailbox, side: Side): Promise<void> {
  const [some = []] = store.mappings.all(idx, probedMessages);
  if (some.length === 0) return;
  progress[side].isProbed = true;
  await fetchFlags(sessions[side], uidSetOf(some.map((pair) => pair[side])));
}

/**
 * All pairs of which both messages should be there. With `flagsAreKnown` those only whose flags are what they have to be:
 * the other side reported a change, or refused one.
 */
function* pairsOf(
  mailbox: OpenMailbox,
  hiding: readonly Side[],
  flagsAreKnown: boolean,
): Generator<PerSide<number>, void, undefined> {
  const { store, idx, views, flags } = mailbox;
  const isTold = (pair: PerSide<number>): boolean =>
    isRefused(mailbox, pair, "unflaggable") ||
    sides.some((side) => !hiding.includes(side) && flags[side].changeOf(pair[side]) !== undefined);
  const isWhole = (pair: PerSide<number>): boolean =>
    !isRefused(mailbox, pair, "undeletable") &&
    // A UIDNEXT that went back says that messages are lost, not that they were deleted. And of a format that has no
    // mod-sequences Cyrus tells nothing of what was appended since SELECT, as if it were gone.
    sides.every((side) => pair[side] < views[side].whenSelected.uidNext);
  for (const slice of store.mappings.all(idx, 10_000))
    for (const pair of slice) if (isWhole(pair) && isTold(pair) === flagsAreKnown) yield pair;
}
