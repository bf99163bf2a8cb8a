// Compares mailboxes in full whose server does not report every change, and records that, so that the next run does it again.

import { toldState } from "../../imap/mailbox/told-state.ts";
import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { status } from "../../imap/verbs/mailbox.ts";
import type { Observed } from "../../mail/observe/changes.ts";
import { observeAgain } from "../../mail/observe/observe.ts";
import { followsChanges, hasModSeq, type MailboxState, withoutModSeq } from "../../model/mailbox-state.ts";
import { firstModSeq, noModSeq } from "../../model/mod-seq.ts";
import { type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { emptyUidSet, hasUid, isEmpty, maxUid, uidRange, type UidSet, uidSetOf, uidsOf } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { comparePairs } from "../identity/compare-pairs.ts";
import { isRefused } from "../refused/refused-changes.ts";
import { type Doubt, doubtOf, type ModSeqEvidence } from "./mod-seq-doubt.ts";

/**
 * Call this after the mailbox has been selected, and when all seems to be done. What it finds is in the ledgers and views
 * afterwards, as if the server had reported it. Returns whether there was anything to compare.
 */
export async function findUntoldChanges(mailbox: OpenMailbox): Promise<boolean> {
  const { store, idx, progress, views, flags, observed } = mailbox;
  const doubts = new Map<Side, Doubt | undefined>();
  for (const side of sides) {
    if (progress[side].hidesChanges) continue;
    if (isWorthAProbe(mailbox, side)) await probe(mailbox, side);
    const doubt = views[side].abilities.modSeqs ? doubtOf(evidenceOf(mailbox, side)) : undefined;
    const isLookedAt = observed[side].rung === "full-look";
    if (doubt === undefined && !wasHiding(mailbox, side) && !isLookedAt) continue;
    doubts.set(side, doubt);
    progress[side].hidesChanges = true;
    progress[side].isStuck = store.stuck.has(idx, side);
    flags[side].keepAll();
  }
  const uncertain = perSide((side) => (doubts.has(side) ? uncertainOn(observed[side]) : emptyUidSet));
  const hiding = sides.filter((side) => !isEmpty(uncertain[side]));
  const isToCompare = hiding.length > 0 && store.mappings.count(idx) > 0;
  if (isToCompare) {
    const known = perSide((side) => flags[side].count);
    for (const side of hiding) views[side].latestModSeq = noModSeq;
    // If the other side reported a change, that explains the difference.
    await comparePairs(mailbox, pairsOf(mailbox, { uncertain, hiding, flagsAreKnown: false }), hiding);
    await comparePairs(mailbox, pairsOf(mailbox, { uncertain, hiding, flagsAreKnown: true }), []);
    for (const side of hiding)
      progress[side].hasUntold = flags[side].count > known[side] || !isEmpty(views[side].pending.vanished);
  }
  for (const [side, doubt] of doubts) if (doubt !== undefined) await settleDoubt(mailbox, side, doubt);
  return (await findUnnamed(mailbox)) || isToCompare;
}

/**
 * Messages that may have changed unreported. A full look compares all of them with what is recorded, as far as it is.
 */
function uncertainOn({ rung, uncertain }: Observed): UidSet {
  return rung === "full-look" ? uncertain : uidRange(1, maxUid);
}

/** What happened to messages that the server identified by unknown sequence numbers. */
async function findUnnamed({ views, observed, sessions }: OpenMailbox): Promise<boolean> {
  const unnamed = sides.filter((side) => views[side].hasUnnamedNews);
  for (const side of unnamed) await observeAgain(sessions[side], observed[side]);
  return unnamed.length > 0;
}

/** A server may have said by mistake, and only once, what the mailbox itself does not show; so it is asked again. */
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
      hasLost: evidence.hasLost && (progress[side].hasShrunk || !isEmpty(views[side].pending.vanished)),
    });
    if (again === undefined) return;
    progress[side].isStuck = true;
  }
  if (!wasHiding(mailbox, side)) report({ type: "changes-untold", side, mailbox: name, reason });
}

/**
 * What is to be recorded; its consequences are recorded at once. If changes are not reported, all flags are recorded.
 */
export function recordable(mailbox: OpenMailbox, states: PerSide<MailboxState>): PerSide<MailboxState> {
  const { store, idx, progress, views } = mailbox;
  return perSide((side) => {
    if (!progress[side].hidesChanges) return states[side];
    const isStuck = progress[side].isStuck && !isProven(mailbox, side);
    store.stuck.set(idx, side, isStuck);
    const { hasUntold } = progress[side];
    const isEvident = views[side].lacksModSeqs || doubtOf(evidenceOf(mailbox, side))?.isHidden === false;
    return isStuck || hasUntold || isEvident ? withoutModSeq(states[side]) : states[side];
  });
}

/** Call this with what {@link recordable} returned. */
export function recordFlags({ store, idx, flags }: OpenMailbox, states: PerSide<MailboxState>): void {
  for (const side of sides) {
    const all = flags[side].settled();
    if (all === undefined || hasModSeq(states[side])) {
      store.flagsKnown.forget(idx, side);
      continue;
    }
    all.keep(store.mappings.uids(idx, side));
    store.flagsKnown.save(idx, side, all);
  }
}

/** Flags that were set here got a new mod-sequence, as they should, and so did the mailbox. */
function isProven(mailbox: OpenMailbox, side: Side): boolean {
  const [selected, now] = [mailbox.views[side].whenSelected, mailbox.progress[side].observed];
  const isNew = (modSeq: bigint): boolean => modSeq > selected.highestModSeq && modSeq <= now.highestModSeq;
  return doubtOf(evidenceOf(mailbox, side)) === undefined && hasStored(mailbox, side, isNew);
}

/** Whether flags were set on a message with such a mod-sequence, as reported by the server. */
function hasStored({ views, progress }: OpenMailbox, side: Side, isSuch: (modSeq: bigint) => boolean): boolean {
  for (const uid of uidsOf(progress[side].settled)) if (isSuch(views[side].modSeqOf(uid))) return true;
  return false;
}

/** An earlier run found this out, or was in doubt; an empty mailbox starts afresh. */
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
    hasLost: views[side].abilities.reportsSince,
    isStoredInVain: () =>
      hasStored(mailbox, side, (modSeq) => modSeq > noModSeq && modSeq <= whenSelected.highestModSeq),
    view: views[side],
  };
}

/** This many messages are enough to see whether there are mod-sequences. */
const probedMessages = 100;

/**
 * For a mailbox in a format without mod-sequences, Cyrus reports HIGHESTMODSEQ 1, and MODSEQ (0) for its messages. In a current
 * format, as with Dovecot, the first message raises it to 2.
 */
function isWorthAProbe({ progress }: OpenMailbox, side: Side): boolean {
  const { observed, isProbed } = progress[side];
  return !isProbed && observed.highestModSeq === firstModSeq && observed.messages !== 0;
}

/** Whether the server has no mod-sequences for the messages, judging by a few of them. */
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

interface Uncertain {
  /** Messages of each side that may have changed. */
  readonly uncertain: PerSide<UidSet>;
  /** The sides that have any. */
  readonly hiding: readonly Side[];
  /** Only those whose flags are as they should be, or none: the other side reported a change, or refused one. */
  readonly flagsAreKnown: boolean;
}

/** Pairs whose messages should both be there, and of which one may have changed. */
function* pairsOf(
  mailbox: OpenMailbox,
  { uncertain, hiding, flagsAreKnown }: Uncertain,
): Generator<PerSide<number>, void, undefined> {
  const { store, idx, views, flags } = mailbox;
  const isTold = (pair: PerSide<number>): boolean =>
    isRefused(mailbox, pair, "unflaggable") ||
    sides.some((side) => !hiding.includes(side) && flags[side].changeOf(pair[side]) !== undefined);
  const isWhole = (pair: PerSide<number>): boolean =>
    !isRefused(mailbox, pair, "undeletable") &&
    // A UIDNEXT that went back means that messages are lost, not that they were deleted. And in a format without mod-sequences,
    // Cyrus reports nothing about messages appended since SELECT, as if they were gone.
    sides.every((side) => pair[side] < views[side].whenSelected.uidNext);
  const isUncertain = (pair: PerSide<number>): boolean => hiding.some((side) => hasUid(uncertain[side], pair[side]));
  for (const slice of store.mappings.all(idx, 10_000))
    for (const pair of slice) if (isUncertain(pair) && isWhole(pair) && isTold(pair) === flagsAreKnown) yield pair;
}
