// Whether a server tells of every change, as RFC 7162 promises: each one raises HIGHESTMODSEQ, and gives the message that
// number. Some mailboxes have no mod-sequences at all, or one that never grows. Pure.

import type { MailboxState, Observation, Recorded } from "../model/mailbox-state.ts";

/** What one side said, from the last checkpoint until now. */
export interface ModSeqEvidence {
  /** Undefined: not synchronised before, or not to be believed. */
  readonly recorded: Recorded | undefined;
  readonly selected: Observation;
  /** The same as `selected` when nothing was told since. */
  readonly now: Observation;
  /** A message whose flags were set here has no later mod-sequence than when the mailbox was selected. */
  readonly isStoredInVain: boolean;
  /** See {@link MailboxView}. */
  readonly view: {
    readonly lacksModSeqs: boolean;
    readonly hasUnknownModSeqs: boolean;
    readonly hasUnstampedNews: boolean;
  };
}

/** Why changes can be missed; undefined: nothing speaks for it. In an empty mailbox there is nothing to tell. */
export function whyUntold({ recorded, selected, now, view, isStoredInVain }: ModSeqEvidence): string | undefined {
  const number = String(now.highestModSeq);
  const isEmpty = [recorded, selected, now].every((one) => (one?.messages ?? 0) === 0);
  if (view.lacksModSeqs && !isEmpty) return "it keeps no mod-sequences";
  if (view.hasUnknownModSeqs) return "it has no mod-sequences of some messages";
  if (isAhead(selected) || isAhead(now)) return `messages have mod-sequences above HIGHESTMODSEQ ${number}`;
  const isStuck =
    (recorded !== undefined && isSameNumber(recorded, selected) && hasOtherMessages(recorded, selected)) ||
    (isSameNumber(selected, now) && (hasOtherMessages(selected, now) || view.hasUnstampedNews || isStoredInVain));
  return isStuck ? `HIGHESTMODSEQ stays at ${number}` : undefined;
}

function isAhead({ latestModSeq, highestModSeq }: Observation): boolean {
  return latestModSeq > highestModSeq;
}

function isSameNumber(before: MailboxState, after: MailboxState): boolean {
  return before.uidValidity === after.uidValidity && before.highestModSeq === after.highestModSeq;
}

/** A UIDNEXT that went back is another matter: it says nothing of mod-sequences. */
function hasOtherMessages(before: Recorded, after: Recorded): boolean {
  const isOtherNumber =
    before.messages !== undefined && after.messages !== undefined && before.messages !== after.messages;
  return after.uidNext > before.uidNext || (after.uidNext === before.uidNext && isOtherNumber);
}

/** A state that says that changes since are not told: each run compares the mailbox in full. */
export function withoutModSeq(state: MailboxState): MailboxState {
  return { ...state, highestModSeq: 0n };
}

/** Whether what follows a state is told; in a mailbox that never had a message, there is nothing to tell. */
export function tellsChanges({ highestModSeq, uidNext }: MailboxState): boolean {
  return highestModSeq > 0n || uidNext <= 1;
}
