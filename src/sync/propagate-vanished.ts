// Carries deletions to the other side (walk 3 in ARCHITECTURE.md). A mapping goes only after both messages are gone.

import { noop, status } from "../imap/commands/mailbox.ts";
import { fetchFlags } from "../imap/commands/fetch.ts";
import { expunge } from "../imap/commands/store.ts";
import { InterimapError } from "../model/errors.ts";
import { bothSides, perSide, sides, type PerSide, type Side } from "../model/side.ts";
import { countUids, formatUidSet, hasUid, isEmpty, subtract, uidSetOf, type UidSet } from "../model/uid-set.ts";
import { countDeletions, vanishedPlans } from "./vanished-plans.ts";
import type { OpenMailbox } from "./open-mailbox.ts";
import { clearRefusal } from "./refusals.ts";

/** Deals with all messages the views report as vanished now. */
export async function propagateVanished(mailbox: OpenMailbox): Promise<void> {
  const { views, store, idx } = mailbox;
  if (sides.every((side) => isEmpty(views[side].vanished))) return;
  const credible = await bothSides((side) => credibleVanished(mailbox, side));
  const vanished = perSide((side) => views[side].takeVanished(credible[side]));
  const plans = vanishedPlans({ store, idx, vanished });
  mailbox.guard.admit(countDeletions(plans));
  for (const side of sides) forgetRefused(mailbox, side, vanished[side]);
  for (const plan of plans) {
    dropMappings(mailbox, plan.drop);
    await bothSides((side) => expungeOn(mailbox, side, plan.expunge[side]));
    dropMappings(mailbox, plan.dropAfter);
  }
}

/** What is gone need not be copied any more. */
function forgetRefused(mailbox: OpenMailbox, side: Side, vanished: UidSet): void {
  for (const uid of mailbox.progress[side].refused) if (hasUid(vanished, uid)) clearRefusal(mailbox, side, uid);
}

function dropMappings({ store, idx }: OpenMailbox, pairs: readonly PerSide<number>[]): void {
  if (pairs.length === 0) return;
  store.removeMappings(
    idx,
    pairs.map(({ local }) => local),
  );
}

/** Dovecot 2.3 may overlook what is to be expunged right after another expunge, but not after a FETCH. */
const expungeAttempts = 2;

async function expungeOn(mailbox: OpenMailbox, side: Side, uids: UidSet): Promise<void> {
  if (isEmpty(uids)) return;
  const { sessions, views, report, name } = mailbox;
  mailbox.progress[side].isTouched = true;
  let left = uids;
  for (let attempt = 0; attempt < expungeAttempts && !isEmpty(left); attempt++) {
    await expunge(sessions[side], left);
    // Ours are not news; whatever else vanished meanwhile stays in the view for the next round.
    const unreported = subtract(left, views[side].takeVanished(left));
    // A server need not report again what had vanished before.
    left = uidSetOf((await fetchFlags(sessions[side], unreported)).keys());
  }
  if (!isEmpty(left)) {
    throw new InterimapError("COMMAND_REFUSED", `the server did not expunge UID ${formatUidSet(left)}`, { side });
  }
  report({ type: "messages-removed", side, mailbox: name, uids });
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
