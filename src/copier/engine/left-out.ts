// What a server has, and leaves out of its answer to a FETCH.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { existingUids } from "../../imap/verbs/search.ts";
import { InterimapError } from "../../model/errors.ts";
import type { Side } from "../../model/side.ts";
import { countUids, emptyUidSet, isEmpty, maxUid, subtract, uidRange, type UidSet } from "../../model/uid-set.ts";
import { shownUidSet } from "../../model/uid-set-text.ts";
import type { CopyRun } from "./copy-run.ts";
import type { FolderWork } from "./folder-work.ts";

export interface Asked {
  readonly wanted: UidSet;
  /** The folder has others, which do not matter. */
  readonly isPart: boolean;
  readonly told: () => UidSet;
  readonly count: number;
}

/** Of a folder that is open. It costs a search where the server says that it has more than it told, and nothing else. */
export async function leftOut(
  channel: Channel,
  { exists }: Pick<MailboxView, "exists">,
  { wanted, isPart, told, count }: Asked,
): Promise<UidSet> {
  if (count >= (isPart ? Math.min(countUids(wanted), exists) : exists)) return emptyUidSet;
  const asked = isPart ? wanted : uidRange(1, maxUid);
  try {
    return subtract(await existingUids(channel, asked), told());
  } catch (error) {
    if (error instanceof CommandRefused) return subtract(wanted, told());
    throw error;
  }
}

/**
 * Asked twice, and still left out: on host1 it costs these messages.
 * @throws InterimapError that abandons the folder, on host2: they might be there, and be copied a second time.
 */
export function tellUntold(run: CopyRun, work: FolderWork, { side, uids }: { side: Side; uids: UidSet }): void {
  if (isEmpty(uids)) return;
  const { folder1, folder2 } = work;
  const told = `the server leaves messages ${shownUidSet(uids)} out of what it tells`;
  if (side === "remote") throw new InterimapError("MAILBOX_UNSTABLE", told, { side });
  work.isTouched = true;
  work.hasUntold = true;
  run.merges.get(folder2)?.giveUp();
  run.emit({
    type: "error",
    error: { kind: "fetch", text: `could not read all of folder ${folder1} of host1: ${told}` },
  });
}
