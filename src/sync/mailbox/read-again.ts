// Asks for the flags of messages whose report could not be read, or came late, before a checkpoint.

import { refetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { bothSides } from "../../model/side.ts";
import { isEmpty } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";

/**
 * True if there were any; their flags are in the views then, like other changes.
 * @throws InterimapError MAILBOX_PROTOCOL when the answer cannot be read either. All else has been done by then, but a
 * checkpoint would say that nothing more was to come of them.
 */
export async function readAgain({ sessions, views }: Pick<OpenMailbox, "sessions" | "views">): Promise<boolean> {
  const asked = await bothSides(async (side) => {
    const unread = views[side].takeUnread();
    if (isEmpty(unread)) return false;
    await refetchFlags(sessions[side], unread);
    views[side].requireRead(unread, side);
    return true;
  });
  return asked.local || asked.remote;
}
