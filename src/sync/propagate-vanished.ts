// Carries deletions to the other side (walk 3 in ARCHITECTURE.md). A mapping goes only after both messages are gone.

import { noop, status } from "../imap/commands/mailbox.ts";
import { InterimapError } from "../model/errors.ts";
import { bothSides, perSide, sides, type PerSide, type Side } from "../model/side.ts";
import { countUids, hasUid, isEmpty, uidSetOf, type UidSet } from "../model/uid-set.ts";
import { countDeletions, vanishedPlans } from "./vanished-plans.ts";
import { expungeMessages } from "./expunge-messages.ts";
import type { OpenMailbox } from "./open-mailbox.ts";
import { clearRefusedChanges, newlyVanished } from "./refused-changes.ts";
import { clearRefusal } from "./refusals.ts";

/** Deals with all messages the views report as vanished now. */
export async function propagateVanished(mailbox: OpenMailbox): Promise<void> {
  const { views, store, idx } = mailbox;
  if (sides.every((side) => isEmpty(views[side].vanished))) return;
  const credible = await bothSides((side) => credibleVanished(mailbox, side));
  // The answers may have brought what cannot be read.
  for (const side of sides) views[side].requireReadable(side);
  const told = perSide((side) => views[side].takeVanished(credible[side]));
  const undeletable = perSide((side) => mailbox.progress[side].undeletable);
  const vanished = newlyVanished({ store, idx, undeletable, vanished: told });
  const plans = vanishedPlans({ store, idx, vanished });
  mailbox.guard.admit(countDeletions(plans));
  for (const side of sides) forgetRefused(mailbox, side, vanished[side]);
  for (const plan of plans) {
    dropMappings(mailbox, plan.drop);
    const left = await bothSides((side) => expungeMessages(mailbox, side, plan.expunge[side]));
    const isDone = (pair: PerSide<number>): boolean => !sides.some((side) => hasUid(left[side], pair[side]));
    dropMappings(mailbox, plan.dropAfter.filter(isDone));
  }
}

/** What is gone need not be copied any more. */
function forgetRefused(mailbox: OpenMailbox, side: Side, vanished: UidSet): void {
  for (const uid of mailbox.progress[side].refused) if (hasUid(vanished, uid)) clearRefusal(mailbox, side, uid);
}

function dropMappings(mailbox: OpenMailbox, pairs: readonly PerSide<number>[]): void {
  const { store, idx } = mailbox;
  if (pairs.length === 0) return;
  for (const side of sides) clearRefusedChanges(mailbox, side, uidSetOf(pairs.map((pair) => pair[side])));
  store.removeMappings(
    idx,
    pairs.map(({ local }) => local),
  );
}

const attempts = 3;

/**
 * Some servers report every message as vanished when the selected mailbox is renamed or deleted by somebody else. Before
 * such a report is believed, the mailbox must still be there, be the same, and hold as many messages as we think.
 * What is reported afterwards is left for the next time.
 */
async function credibleVanished(mailbox: OpenMailbox, side: Side): Promise<UidSet> {
  const view = mailbox.views[side];
  const lostEverything = view.exists === 0 && countUids(view.vanished) > 0;
  if (isEmpty(view.vanishedLive) && !lostEverything) return view.vanished;
  const session = mailbox.sessions[side];
  for (let attempt = 0; attempt < attempts; attempt++) {
    const [now] = await Promise.all([status(session, mailbox.wireNames[side]).catch(() => undefined), noop(session)]);
    if (now === undefined || now.uidValidity !== view.uidValidity) break;
    if (now.messages === view.exists) return view.vanished;
    // The mailbox may just be busy: the NOOP brought our count up to date.
  }
  throw new InterimapError(
    "MAILBOX_UNSTABLE",
    `the ${side} server reports messages as vanished, but the mailbox is no longer the one that was selected`,
    { side, hint: "it was probably renamed or deleted meanwhile; nothing was deleted, run again" },
  );
}
