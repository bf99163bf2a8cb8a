// Determines the state of a mailbox at the end of a round. Asks the server if something was changed, and checks a state that
// looks too good.

import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { status } from "../../imap/verbs/mailbox.ts";
import { observeNow } from "../../mail/observe/observe.ts";
import { InterimapError } from "../../model/errors.ts";
import type { MailboxState } from "../../model/mailbox-state.ts";
import { bothSides, type PerSide, type Side } from "../../model/side.ts";
import { isEmpty, lastUid } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { forgetUnknown, refuteAgain } from "../deletions/confirm-vanished.ts";

/**
 * A HIGHESTMODSEQ that is too high would hide everything that happens until it is reached. If only the answer to one STATUS
 * supports it, it is asked for again, and the lower one counts.
 */
export async function proven(
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

/**
 * We changed nothing on this side and heard nothing since SELECT, so the state that SELECT reported can be saved as it is.
 * Later changes belong to the next run.
 */
export function isAsSelected({ views, flags, progress }: OpenMailbox, side: Side): boolean {
  const { exists, existedWhenSelected, hasShrunk, pending } = views[side];
  const isSameNumber = exists === existedWhenSelected && !hasShrunk;
  return !progress[side].isTouched && isSameNumber && flags[side].count === 0 && isEmpty(pending.vanished);
}

/**
 * Asks for the present state, and lets the server report everything that led to it. A server may first leave out what another
 * session of ours has appended, because the asking session has not seen it yet; the NOOP makes it look.
 */
export async function settle(mailbox: OpenMailbox, side: Side): Promise<MailboxState> {
  const now = await askState(mailbox, side);
  const settled = lastUid(mailbox.progress[side].mapped) >= now.uidNext ? await askState(mailbox, side) : now;
  forgetUnknown(mailbox, side);
  await refuteAgain(mailbox, side);
  return settled;
}

async function askState({ sessions, observed, views, progress }: OpenMailbox, side: Side): Promise<MailboxState> {
  const view = views[side];
  const now = await observeNow(sessions[side], observed[side]);
  if ((now.uidValidity !== view.uidValidity && view.hasStickyUids) || view.isReplaced) {
    throw new InterimapError(
      "MAILBOX_UNSTABLE",
      `the mailbox was replaced on the ${side} server during synchronisation`,
      { side },
    );
  }
  progress[side].counted = now.messages ?? view.exists;
  progress[side].observed = now;
  return { uidValidity: view.uidValidity, uidNext: now.uidNext, highestModSeq: now.highestModSeq };
}

export function stateOf({ uidValidity, uidNext, highestModSeq }: MailboxView): MailboxState {
  return { uidValidity, uidNext, highestModSeq };
}
