// Mailboxes whose UIDs mean nothing any more when they are opened: made anew, or on a server that gives new UIDs with each login.

import type { Observed } from "../../mail/observe/changes.ts";
import { InterimapError } from "../../model/errors.ts";
import type { Side } from "../../model/side.ts";
import type { MailboxWork } from "../context/open-mailbox.ts";

/** Whether UIDs of that side are known not to last; reported when it turns out. @throws InterimapError MAILBOX_UNSTABLE */
export function noteStability(work: MailboxWork, side: Side, observed: Observed): boolean {
  const { store, idx, name: mailbox, report } = work;
  const isDeclared = !observed.view.hasStickyUids;
  const isKnown = store.unstable.has(idx, side);
  if (isKnown || (!isDeclared && !observed.isAnew)) return isKnown;
  if (!isDeclared) requireAsListed(work, side, observed.view.uidValidity);
  const stability = store.unstable.note(idx, side, isDeclared);
  if (stability === "changed") report({ type: "uidvalidity-changed", side, mailbox });
  else report({ type: "uids-unstable", side, mailbox, isDeclared });
  return stability !== "changed";
}

/**
 * A mailbox that was there when all were listed may have been renamed since, and another one given its name: the next look at
 * all names tells.
 */
function requireAsListed({ listed, before }: MailboxWork, side: Side, uidValidity: number): void {
  const then = listed[side]?.uidValidity;
  if (then === undefined || then === uidValidity || then !== before[side]?.uidValidity) return;
  const message = "another mailbox now has its name";
  throw new InterimapError("MAILBOX_UNSTABLE", message, { side, hint: "run again" });
}
