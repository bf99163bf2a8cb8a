// Leaves the selected mailbox as it is.

import { CommandRefused } from "../command-refused.ts";
import type { Session } from "../session/session.ts";
import { whereOffered } from "../step-down.ts";
import { examine } from "./examine.ts";
import { unselect } from "./mailbox.ts";

/**
 * Nothing is expunged, as it would be by CLOSE. Where a mailbox cannot be left by itself (RFC 3691), another one is opened for
 * reading: even if that is refused, none is selected then (RFC 3501 6.3.1).
 */
export async function leaveMailbox(session: Session): Promise<void> {
  if (session.view === undefined) return;
  await whereOffered(session, "UNSELECT", {
    withIt: () => unselect(session),
    withoutIt: () => examineInbox(session),
  });
}

async function examineInbox(session: Session): Promise<void> {
  try {
    await examine(session, "INBOX");
  } catch (error) {
    if (!(error instanceof CommandRefused)) throw error;
  }
}
