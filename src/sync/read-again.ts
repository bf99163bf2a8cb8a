// What a server told of single messages and could not be read: their flags are asked for before a checkpoint is made.

import { refetchFlags } from "../imap/commands/fetch.ts";
import { lineUnreadable } from "../imap/unreadable.ts";
import { bothSides, perSide } from "../model/side.ts";
import { uidSetOf } from "../model/uid-set.ts";
import type { OpenMailbox } from "./open-mailbox.ts";

/**
 * True if there were any; their flags are in the views then, like other changes.
 * @throws InterimapError MAILBOX_PROTOCOL when the answer cannot be read either. All else has been done by then, but a
 * checkpoint would say that there was nothing more to be told of them.
 */
export async function readAgain({ sessions, views }: Pick<OpenMailbox, "sessions" | "views">): Promise<boolean> {
  const unreadOn = perSide((side) => views[side].takeUnread());
  if (unreadOn.local.size + unreadOn.remote.size === 0) return false;
  const asked = await bothSides(async (side) => {
    const unread = unreadOn[side];
    if (unread.size === 0) return false;
    await refetchFlags(sessions[side], uidSetOf(unread.keys()));
    const [still] = views[side].takeUnread().values();
    if (still !== undefined) throw lineUnreadable(still, side);
    return true;
  });
  return asked.local || asked.remote;
}
