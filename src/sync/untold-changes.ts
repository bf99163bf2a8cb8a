// Mailboxes whose server does not tell of every change: they are compared in full, and recorded so that the next run does it
// again.

import { fetchFlags } from "../imap/commands/fetch.ts";
import type { MailboxState } from "../model/mailbox-state.ts";
import { perSide, sides, type PerSide, type Side } from "../model/side.ts";
import { hasUid, uidSetOf, uidsOf } from "../model/uid-set.ts";
import { comparePairs } from "./compare-pairs.ts";
import { tellsChanges, whyUntold, withoutModSeq } from "./mod-seq-doubt.ts";
import type { OpenMailbox } from "./open-mailbox.ts";

/**
 * To be called when the mailbox has been selected, and when all seems to be done. What is found is in the views afterwards,
 * as if it had been told. Returns whether there was anything to compare.
 */
export async function findUntoldChanges(mailbox: OpenMailbox): Promise<boolean> {
  const { store, idx, progress } = mailbox;
  const hiding: Side[] = [];
  for (const side of sides) {
    if (progress[side].hidesChanges) continue;
    await probe(mailbox, side);
    progress[side].hidesChanges = wasHiding(mailbox, side) || isFoundOut(mailbox, side);
    if (progress[side].hidesChanges) hiding.push(side);
  }
  if (hiding.length === 0 || store.countMappings(idx) === 0) return false;
  // Where the other side told of a change, that is what makes the difference.
  await comparePairs(mailbox, pairsOf(mailbox, hiding, false), hiding);
  await comparePairs(mailbox, pairsOf(mailbox, hiding, true), []);
  return true;
}

/** What is to be recorded. */
export function recordable(mailbox: OpenMailbox, states: PerSide<MailboxState>): PerSide<MailboxState> {
  const isHiding = (side: Side): boolean => mailbox.progress[side].hidesChanges && !isProven(mailbox, side);
  return perSide((side) => (isHiding(side) ? withoutModSeq(states[side]) : states[side]));
}

/** Flags that were set here got a new mod-sequence, as they should, and so did the mailbox. */
function isProven(mailbox: OpenMailbox, side: Side): boolean {
  const [selected, now] = [mailbox.views[side].whenSelected, mailbox.progress[side].observed];
  const isNew = (modSeq: bigint): boolean => modSeq > selected.highestModSeq && modSeq <= now.highestModSeq;
  return reasonOf(mailbox, side) === undefined && hasStored(mailbox, side, isNew);
}

/** Whether flags were set of a message whose mod-sequence, as the server told it, is such a one. */
function hasStored({ views, progress }: OpenMailbox, side: Side, isSuch: (modSeq: bigint) => boolean): boolean {
  for (const uid of uidsOf(progress[side].settled)) if (isSuch(views[side].modSeqOf(uid))) return true;
  return false;
}

/** An earlier run found out; an empty mailbox begins anew. */
function wasHiding({ store, idx, before }: OpenMailbox, side: Side): boolean {
  const recorded = before[side];
  return recorded !== undefined && !tellsChanges(recorded) && store.countMappings(idx) > 0;
}

function isFoundOut(mailbox: OpenMailbox, side: Side): boolean {
  const reason = reasonOf(mailbox, side);
  if (reason === undefined) return false;
  mailbox.report({ type: "changes-untold", side, mailbox: mailbox.name, reason });
  return true;
}

function reasonOf(mailbox: OpenMailbox, side: Side): string | undefined {
  const { recorded, views, progress } = mailbox;
  const { whenSelected } = views[side];
  return whyUntold({
    recorded: recorded[side],
    selected: whenSelected,
    now: progress[side].observed,
    isStoredInVain: hasStored(mailbox, side, (modSeq) => modSeq > 0n && modSeq <= whenSelected.highestModSeq),
    view: views[side],
  });
}

/** So few messages are enough to see whether there are mod-sequences. */
const probedMessages = 100;

/**
 * Cyrus says HIGHESTMODSEQ 1 of a mailbox in a format that has no mod-sequences, and MODSEQ (0) of its messages; with a
 * current one, as with Dovecot, the first message raises it to 2.
 */
async function probe({ store, idx, sessions, progress }: OpenMailbox, side: Side): Promise<void> {
  const { observed, isProbed } = progress[side];
  if (isProbed || observed.highestModSeq !== 1n || observed.messages === 0) return;
  const [some = []] = store.allPairs(idx, probedMessages);
  if (some.length === 0) return;
  progress[side].isProbed = true;
  await fetchFlags(sessions[side], uidSetOf(some.map((pair) => pair[side])));
}

/**
 * All pairs of which both messages should be there. With `flagsAreKnown` those only whose flags are what they have to be:
 * the other side told of a change, or refused one.
 */
function* pairsOf(
  { store, idx, views, progress }: OpenMailbox,
  hiding: readonly Side[],
  flagsAreKnown: boolean,
): Generator<PerSide<number>, void, undefined> {
  const isTold = (pair: PerSide<number>): boolean =>
    sides.some(
      (side) =>
        hasUid(progress[side].unflaggable, pair[side]) ||
        (!hiding.includes(side) && views[side].changes.has(pair[side])),
    );
  const isWhole = (pair: PerSide<number>): boolean =>
    !sides.some((side) => hasUid(progress[side].undeletable, pair[side])) &&
    // A UIDNEXT that went back says that messages are lost, not that they were deleted.
    hiding.every((side) => pair[side] < views[side].uidNext);
  for (const slice of store.allPairs(idx, 10_000))
    for (const pair of slice) if (isWhole(pair) && isTold(pair) === flagsAreKnown) yield pair;
}
