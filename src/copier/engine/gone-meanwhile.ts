// What was to be copied when a folder was read, and is not among its messages when it is read again, over a new connection.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";
import { status } from "../../imap/verbs/mailbox.ts";
import { existingUids } from "../../imap/verbs/search.ts";
import { emptyUidSet, intersect, isEmpty, subtract, type UidSet, uidSetOf, uidsOf } from "../../model/uid-set.ts";
import type { SkipReason } from "../events.ts";
import type { CopyRun } from "./copy-run.ts";
import type { FolderWork } from "./folder-work.ts";
import type { MessageTable } from "./message-table.ts";

/**
 * Those of these messages that are no more; none where the server does not say, or where the folder is another by now: to Cyrus,
 * all messages of a folder that was renamed have vanished. `absent`: a search has not found these just now.
 */
export async function goneAmong(channel: Channel, uids: UidSet, absent = emptyUidSet): Promise<UidSet> {
  const { view } = channel;
  if (isEmpty(uids) || view === undefined) return emptyUidSet;
  try {
    const open = subtract(uids, absent);
    const there = isEmpty(open) ? open : await existingUids(channel, open);
    const { uidValidity = view.uidValidity } = await status(channel, view.wireName);
    return uidValidity === view.uidValidity ? subtract(uids, there) : emptyUidSet;
  } catch (error) {
    if (error instanceof CommandRefused) return emptyUidSet;
    throw error;
  }
}

/** Tells each, so that all that was in the folder is accounted for. `table`: what is in the open folder now. */
export async function settleGone(
  { emit, rules }: CopyRun,
  work: FolderWork,
  { channel, table }: { readonly channel: Channel; readonly table: MessageTable },
): Promise<void> {
  const missing = subtract(work.left, uidSetOf(table.uids()));
  if (isEmpty(missing)) return;
  const { folder1, folder2 } = work;
  const gone = await goneAmong(channel, missing);
  const skip = (uids: UidSet, reason: SkipReason): void => {
    if (isEmpty(uids)) return;
    work.settle(uids);
    emit({ type: "messages-skipped", folder1, folder2, uids, octets: 0, reason });
  };
  skip(gone, "vanished");
  if (rules.selection.isPart("local")) skip(subtract(missing, gone), "not-selected");
  for (const uid of uidsOf(intersect(work.left, missing))) {
    const text = `could not fetch message ${folder1}/${String(uid)}: the server does not tell of it any more`;
    work.settle(uidSetOf([uid]));
    emit({ type: "message-failed", folder1, folder2, uid1: uid, octets: 0, error: { kind: "fetch", text } });
  }
}
