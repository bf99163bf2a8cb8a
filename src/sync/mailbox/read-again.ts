// Asks again, before a checkpoint, for the flags of messages whose report could not be read or came late.

import { refetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { bothSides } from "../../model/side.ts";
import { isEmpty } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";

/**
 * True if there were any; their flags are then in the views, like other changes.
 * @throws InterimapError MAILBOX_PROTOCOL if the answer cannot be read either. Everything else is done by then, but a
 * checkpoint would claim that nothing is left.
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
