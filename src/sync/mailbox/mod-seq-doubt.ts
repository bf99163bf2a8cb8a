// Whether a server reports every change, as RFC 7162 promises: each one raises HIGHESTMODSEQ, and gives the message that
// number. Some mailboxes have no mod-sequences at all, or one that never grows. Pure.

import type { MailboxState, Observation, Recorded } from "../../model/mailbox-state.ts";
import { noModSeq } from "../../model/mod-seq.ts";

/** What one side said, from the last checkpoint until now. */
export interface ModSeqEvidence {
  /** Undefined: not synchronised before, or not trustworthy. */
  readonly recorded: Recorded | undefined;
  /** What LIST said; undefined when it did not. */
  readonly listed: MailboxState | undefined;
  readonly selected: Observation;
  /** Equal to `selected` if nothing was reported since. */
  readonly now: Observation;
  /** False: no message is missing, whatever was counted. */
  readonly hasLost: boolean;
  /** A message whose flags were set here has no later mod-sequence than when the mailbox was selected. */
  readonly isStoredInVain: () => boolean;
  /** See {@link MailboxView}. */
  readonly view: {
    readonly lacksModSeqs: boolean;
    readonly hasUnknownModSeqs: boolean;
    readonly hasUnstampedNews: boolean;
  };
}

export interface Doubt {
  readonly reason: string;
  /** Only a change reveals it; looking at the mailbox as it is does not. */
  readonly isHidden: boolean;
  /**
   * A number that was reported wrongly once would also explain it. So the doubt ends unless the comparison finds something.
   */
  readonly isFaint: boolean;
}

/** Why changes can be missed; undefined if nothing suggests that. In an empty mailbox, there is nothing to report. */
export function doubtOf(evidence: ModSeqEvidence): Doubt | undefined {
  const { recorded, selected, now, view } = evidence;
  const isEmpty = [recorded, selected, now].every((one) => (one?.messages ?? 0) === 0);
  if (view.lacksModSeqs && !isEmpty) return { reason: "it keeps no mod-sequences", ...evident };
  if (view.hasUnknownModSeqs) return { reason: "some messages have no mod-sequence", ...evident };
  const number = String(now.highestModSeq);
  if (isAhead(selected) || isAhead(now))
    return { reason: `messages have mod-sequences above HIGHESTMODSEQ ${number}`, isHidden: true, isFaint: false };
  const doubt = { reason: `HIGHESTMODSEQ stays at ${number}`, isHidden: true };
  if (isStuck(evidence)) return { ...doubt, isFaint: false };
  return mayBeStuck(evidence) ? { ...doubt, isFaint: true } : undefined;
}

const evident = { isHidden: false, isFaint: false };

function isAhead({ latestModSeq, highestModSeq }: Observation): boolean {
  return latestModSeq > highestModSeq;
}

/** A UIDNEXT or HIGHESTMODSEQ that went back is handled elsewhere. */
function isStuck(evidence: ModSeqEvidence): boolean {
  const { recorded, listed, selected, now, view, hasLost, isStoredInVain } = evidence;
  const isLess = (before: Recorded, after: Recorded): boolean =>
    hasLost && after.uidNext >= before.uidNext && (after.messages ?? Infinity) < (before.messages ?? 0);
  if (recorded !== undefined && hasStayed(recorded, evidence)) {
    const isMore = selected.uidNext > recorded.uidNext && (selected.messages ?? Infinity) > (recorded.messages ?? 0);
    if (isMore || isLess(recorded, selected)) return true;
  }
  if (!isSameNumber(selected, now) || hasRisenSince(listed, evidence)) return false;
  // A UIDNEXT that was only reported late has not risen.
  const isAppended = now.uidNext > selected.uidNext && (now.messages ?? Infinity) > (selected.messages ?? 0);
  return isAppended || isLess(selected, now) || view.hasUnstampedNews || isStoredInVain();
}

/** It is higher than LIST said, because SELECT reported the new number too early. A daemon may have an old list. */
function hasRisenSince(listed: MailboxState | undefined, { recorded, now }: ModSeqEvidence): boolean {
  if (listed?.uidValidity !== now.uidValidity || listed.highestModSeq < (recorded?.highestModSeq ?? noModSeq))
    return false;
  return listed.highestModSeq < now.highestModSeq;
}

/**
 * The same number of messages, but a higher UIDNEXT: one arrived and one disappeared. Or the recorded UIDNEXT was too low.
 */
function mayBeStuck({ recorded, ...evidence }: ModSeqEvidence): boolean {
  return recorded !== undefined && hasStayed(recorded, evidence) && evidence.selected.uidNext > recorded.uidNext;
}

function hasStayed(recorded: Recorded, { selected, now }: Pick<ModSeqEvidence, "selected" | "now">): boolean {
  return isSameNumber(recorded, selected) && isSameNumber(recorded, now);
}

function isSameNumber(before: MailboxState, after: MailboxState): boolean {
  return before.uidValidity === after.uidValidity && before.highestModSeq === after.highestModSeq;
}
