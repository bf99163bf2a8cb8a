// What a server has, and leaves out of its answer to a FETCH.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { existingUids } from "../../imap/verbs/search.ts";
import { InterimapError } from "../../model/errors.ts";
import type { Side } from "../../model/side.ts";
import {
  countUids,
  emptyUidSet,
  isEmpty,
  maxUid,
  subtract,
  uidRange,
  type UidSet,
  uidSetOf,
} from "../../model/uid-set.ts";
import { shownUidSet } from "../../model/uid-set-text.ts";
import type { CopyRun } from "./copy-run.ts";
import type { FolderWork } from "./folder-work.ts";

export interface Wanted {
  readonly wanted: UidSet;
  /** The folder has others, which do not matter. */
  readonly isPart: boolean;
  /** Of those that the server leaves out although it was asked twice. */
  readonly untold: (uids: UidSet) => void;
}

interface Asking extends Wanted {
  readonly ask: (uids: UidSet) => Promise<void>;
  /** How many the server has told by now. */
  readonly count: () => number;
  readonly told: () => Iterable<number>;
}

/**
 * Asks for messages of an open folder, and once more for those that the server has and left out. That costs a search where
 * it says that it has more than it told, and nothing else.
 */
export async function askForAll(
  channel: Channel,
  view: Pick<MailboxView, "exists">,
  { ask, untold, ...asked }: Asking,
): Promise<void> {
  await ask(asked.wanted);
  const again = await leftOut(channel, view, asked);
  if (isEmpty(again)) return;
  await ask(again);
  untold(await leftOut(channel, view, asked));
}

async function leftOut(
  channel: Channel,
  { exists }: Pick<MailboxView, "exists">,
  { wanted, isPart, count, told }: Omit<Asking, "ask" | "untold">,
): Promise<UidSet> {
  if (count() >= (isPart ? Math.min(countUids(wanted), exists) : exists)) return emptyUidSet;
  const asked = isPart ? wanted : uidRange(1, maxUid);
  try {
    return subtract(await existingUids(channel, asked), uidSetOf(told()));
  } catch (error) {
    if (error instanceof CommandRefused) return subtract(wanted, uidSetOf(told()));
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
