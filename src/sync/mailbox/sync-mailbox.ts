// One mailbox, both sides, until they agree: vanished, then flags, then new messages, round after round;
// then the checkpoint. Order matters: see "Safety lies in the order" in ARCHITECTURE.md.

import { InterimapError, interrupted } from "../../model/errors.ts";
import type { MailboxState } from "../../model/mailbox-state.ts";
import { bothSides, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { emptyUidSet, hasUid, isEmpty, subtract, uidRange, type UidSet, uidSetOf, union } from "../../model/uid-set.ts";
import { allDone } from "../../util/all-done.ts";
import type { MailboxWork, OpenMailbox, Progress } from "../context/open-mailbox.ts";
import { copyNewMessages } from "../copies/copy-new.ts";
import { forgetDoubtedCopies } from "../copies/doubted-copies.ts";
import { requireTrueUids } from "../copies/silent-copies.ts";
import { endVainWaits, noteRoom } from "../copies/waits.ts";
import { confirmLoss } from "../deletions/confirm-loss.ts";
import { forgetLeftMarks, putLeftMarksBack } from "../deletions/lifted-marks.ts";
import { propagateVanished } from "../deletions/propagate-vanished.ts";
import { propagateFlags } from "../flags/propagate-flags.ts";
import { offerUnkeptFlags, recordUnkeptFlags } from "../flags/unkept-flags.ts";
import { confirmCopied } from "../recovery/confirm-copied.ts";
import { findDoubts } from "../recovery/find-doubts.ts";
import { distrust } from "../recovery/gone-back.ts";
import { repairMailbox } from "../recovery/repair-mailbox.ts";
import { resume } from "../recovery/resume.ts";
import { offerRefusedChanges } from "../refused/offer-changes.ts";
import { reportRefusals } from "../refused/record-refusal.ts";
import { clearSettledFlags } from "../refused/refused-changes.ts";
import { isBalanced, requireAllTold } from "./balance.ts";
import { readAgain } from "./read-again.ts";
import { allAnswered, openMailbox } from "./select-both.ts";
import { isAsSelected, proven, settle, stateOf } from "./settle.ts";
import { findStrays } from "./strays.ts";
import { surveyOpen } from "./survey-open.ts";
import { findUntoldChanges, recordable, recordFlags } from "./untold-changes.ts";

/**
 * Synchronises one mailbox and records its state.
 * @throws InterimapError; one that abandons only the mailbox leaves its checkpoint as it was.
 */
export async function syncMailbox(work: MailboxWork): Promise<void> {
  const mailbox = await openMailbox(work);
  const isRehearsed = sides.some((side) => work.sessions[side].changesNothing);
  try {
    await (isRehearsed ? rehearse(mailbox) : untilBothAgree(mailbox));
  } finally {
    await allAnswered(mailbox);
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

/** After this many rounds in a row without progress, a server that reports further changes is not believed. */
const mostIdleRounds = 10;

async function untilBothAgree(mailbox: OpenMailbox): Promise<void> {
  await recover(mailbox, { mayChange: true });
  const after = await proven(mailbox, await goRounds(mailbox));
  requireReadable(mailbox);
  requireAllTold(mailbox, after);
  checkpoint(mailbox, after);
}

/** Stops before the first round would change something: a dry run reports the plans. */
async function rehearse(mailbox: OpenMailbox): Promise<void> {
  const { views, progress } = mailbox;
  await recover(mailbox, { mayChange: false });
  requireReadable(mailbox);
  const loss = await confirmLoss(mailbox);
  const fresh = perSide((side) => newUids(progress[side], views[side].uidNext));
  surveyOpen(mailbox, { loss: loss?.loss, fresh });
  const due = perSide((side) => union(fresh[side], dueUids(progress[side])));
  const { tellPlans } = await import("./tell-plans.ts");
  await tellPlans(mailbox, { loss, newcomers: due });
}

/** What earlier runs left open, and what may have happened unreported since. */
async function recover(mailbox: OpenMailbox, { mayChange }: { readonly mayChange: boolean }): Promise<void> {
  const isDoubted = distrust(mailbox, await findDoubts(mailbox));
  await findStrays(mailbox);
  if (isDoubted) forgetLeftMarks(mailbox);
  else {
    if (mayChange) await putLeftMarksBack(mailbox);
    await confirmCopied(mailbox);
    await findUntoldChanges(mailbox);
    if (mayChange) await offerRefusedChanges(mailbox);
    await offerUnkeptFlags(mailbox);
  }
  await (mailbox.repairs || isDoubted ? repairMailbox(mailbox) : resume(mailbox));
}

/** Returns the state of both sides after the round that found nothing to do. */
async function goRounds(mailbox: OpenMailbox): Promise<PerSide<MailboxState>> {
  const { views, progress } = mailbox;
  let idleRounds = 0;
  // A copy, because the views go on changing; each round deals with what was there when it began.
  let after = perSide((side) => stateOf(views[side]));
  let retry = perSide((side) => dueUids(progress[side]));
  for (let round = 1; ; round++) {
    requireReadable(mailbox);
    if (round > 1 && mailbox.stop.aborted) throw interrupted();
    mailbox.hasProgressed = false;
    for (const side of sides) progress[side].isContested = false;
    const loss = await confirmLoss(mailbox);
    if (round === 1)
      surveyOpen(mailbox, { loss: loss?.loss, fresh: perSide((side) => newUids(progress[side], after[side].uidNext)) });
    if (loss !== undefined) await propagateVanished(mailbox, loss);
    await propagateFlags(mailbox);
    noteRoom(mailbox);
    await copyNewMessages(
      mailbox,
      perSide((side) => union(newUids(progress[side], after[side].uidNext), retry[side])),
    );
    retry = { local: emptyUidSet, remote: emptyUidSet };
    for (const side of sides) {
      progress[side].strays = emptyUidSet;
      // A UIDNEXT below the last one is not believed: messages that have a row already would be new again.
      progress[side].floor = Math.max(progress[side].floor, after[side].uidNext);
    }
    after = await settleBoth(mailbox, { known: after, isFirst: round === 1 });
    await requireTrueUids(
      mailbox,
      perSide((side) => after[side].uidNext),
    );
    if (await isDone(mailbox, after)) return after;
    idleRounds = mailbox.hasProgressed ? 0 : idleRounds + 1;
    if (idleRounds >= mostIdleRounds) throw endless(mailbox, after);
  }
}

interface Settling {
  /** Before the round. */
  readonly known: PerSide<MailboxState>;
  readonly isFirst: boolean;
}

async function settleBoth(mailbox: OpenMailbox, { known, isFirst }: Settling): Promise<PerSide<MailboxState>> {
  const settled = bothSides((side) =>
    isFirst && isAsSelected(mailbox, side) ? Promise.resolve(known[side]) : settle(mailbox, side),
  );
  // They leave in one packet.
  await allDone<unknown>([settled, ...mailbox.readBacks.splice(0)]);
  return settled;
}

async function isDone(mailbox: OpenMailbox, after: PerSide<MailboxState>): Promise<boolean> {
  const hasMore = (): boolean => sides.some((side) => hasMoreToDo(mailbox, { side, uidNext: after[side].uidNext }));
  if (hasMore() || (await readAgain(mailbox)) || (await findUntoldChanges(mailbox))) return false;
  // Comparing the numbers may require another look at the mailbox; what that finds has to be dealt with.
  return (await isBalanced(mailbox, after)) && !hasMore();
}

function checkpoint(mailbox: OpenMailbox, after: PerSide<MailboxState>): void {
  const { store, idx, views, progress } = mailbox;
  store.transaction(() => {
    clearSettledFlags(mailbox);
    recordUnkeptFlags(mailbox);
    endVainWaits(mailbox, after);
    const states = recordable(mailbox, after);
    recordFlags(mailbox, states);
    for (const side of sides) store.noteMailboxId(idx, side, views[side].mailboxId);
    store.checkpoint(
      idx,
      states,
      perSide((side) => progress[side].counted),
    );
  });
}

/** Names the side whose server keeps the rounds going. */
function endless(mailbox: OpenMailbox, after: PerSide<MailboxState>): InterimapError {
  const { progress } = mailbox;
  const side =
    sides.find((one) => progress[one].isContested) ??
    sides.find((one) => hasMoreToDo(mailbox, { side: one, uidNext: after[one].uidNext }));
  return new InterimapError(
    "MAILBOX_PROTOCOL",
    `the ${side ?? "local"} server reports changes without end, and none of them can be found`,
    side === undefined ? {} : { side },
  );
}

function requireReadable({ views }: Pick<OpenMailbox, "views">): void {
  for (const side of sides) views[side].requireReadable(side);
}

/** Some may have been paired or have gone since. */
function dueUids({ refused, due }: Progress): UidSet {
  return uidSetOf([...refused].filter((uid) => hasUid(due, uid)));
}

/**
 * New messages: not seen in an earlier round, not mapped, and not refused or waiting, which are offered at their own times.
 */
function newUids({ floor, mapped, refused, wait, strays }: Progress, uidNext: number): UidSet {
  if (wait?.isOver === false) return emptyUidSet;
  const uids = union(uidRange(floor, uidNext - 1), strays);
  return isEmpty(uids) ? uids : subtract(uids, union(mapped, uidSetOf(refused)));
}

function hasMoreToDo(mailbox: OpenMailbox, { side, uidNext }: { side: Side; uidNext: number }): boolean {
  const view = mailbox.views[side];
  return (
    !isEmpty(view.pending.vanished) || mailbox.flags[side].hasNews || !isEmpty(newUids(mailbox.progress[side], uidNext))
  );
}
