// Folders of host2 that are one under two names: what one folder of host1 does not have may have come from another.

import { openChannel } from "../../imap/mailbox/channel.ts";
import { select } from "../../imap/verbs/select.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import type { CopyRun } from "./copy-run.ts";
import type { OpenPair } from "./folder-work.ts";
import type { MessageTable } from "./message-table.ts";
import { readMessages } from "./read-folder.ts";

/** This number of messages with the same UIDs is not in two folders by accident. */
const enough = 50;

/**
 * Why messages of host2, by their numbers, may be those of another folder of host1; undefined where they are not.
 * @throws CommandRefused
 */
export async function doubtOfShared(
  run: CopyRun,
  { channels, tables: { remote }, views, work }: OpenPair,
  strange: readonly number[],
): Promise<string | undefined> {
  const nothing = `nothing is deleted in folder ${work.folder2}`;
  if (work.isShared) return `${nothing}: host2 has it under another name, too`;
  if (work.lookalikes.length === 0) return undefined;
  const asked = {
    ...{ wanted: uidSetOf(strange.slice(0, enough).map((i) => remote.uid(i))), isPart: true },
    ...{ identity: run.rules.identity.remote, untold: () => undefined },
  };
  // A memory of former runs may know them by their UIDs.
  const own = await readMessages(channels.remote, views.remote, asked);
  for (const other of work.lookalikes) {
    const channel = openChannel(run.sessions.remote!);
    const view = await select(channel, other, { isOnlyRead: true });
    if (view.uidValidity !== views.remote.uidValidity) continue;
    if (areAlike(await readMessages(channel, view, asked), own))
      return `${nothing}: folder ${other} of host2 is the same folder`;
  }
  return undefined;
}

function areAlike(one: MessageTable, other: MessageTable): boolean {
  if (one.length !== other.length) return false;
  return [...other.uids()].every((uid) => one.signatureOf(uid) === other.signatureOf(uid));
}
