// Removes messages of a folder for good, and no others; or only marks them as deleted.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";
import { expunge, expungeMarked, mark, unmark } from "../../imap/verbs/expunge.ts";
import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { existingUids, markedUids } from "../../imap/verbs/search.ts";
import { emptyUidSet, isEmpty, subtract, type UidSet, uidSetOf, union } from "../../model/uid-set.ts";

export interface Removal {
  /** What is gone, or marked. */
  readonly removed: UidSet;
  /** Why others are still there; undefined when none is. */
  readonly refusal?: string;
}

/** Dovecot 2.3 may overlook what is to be expunged right after another expunge, but not after a FETCH. */
const attempts = 2;

/** Never fails because the server refuses. */
export async function removeMessages(channel: Channel, uids: UidSet): Promise<Removal> {
  let left = uids;
  for (let attempt = 0; attempt < attempts && !isEmpty(left); attempt++) {
    const refusal = await removeOnce(channel, left);
    if (refusal !== undefined) return { removed: subtract(uids, left), refusal };
    left = await stillThere(channel, left);
  }
  const removed = subtract(uids, left);
  return isEmpty(left) ? { removed } : { removed, refusal: "the server said that it did so, but they are still there" };
}

/** Leaves it to others to expunge them. Never fails because the server refuses. */
export async function markMessages(channel: Channel, uids: UidSet): Promise<Removal> {
  try {
    await mark(channel, uids);
    return { removed: uids };
  } catch (error) {
    if (error instanceof CommandRefused) return { removed: emptyUidSet, refusal: error.words };
    throw error;
  }
}

/** What a FETCH leaves out is gone if the server says so, too: by itself, or when it is asked. */
async function stillThere(channel: Channel, uids: UidSet): Promise<UidSet> {
  const told = uidSetOf((await fetchFlags(channel, uids)).keys());
  const silent = subtract(subtract(uids, told), channel.view?.pending.vanished ?? emptyUidSet);
  return union(told, await existing(channel, silent));
}

/** None where the server does not say. */
async function existing(channel: Channel, uids: UidSet): Promise<UidSet> {
  if (isEmpty(uids)) return uids;
  try {
    return await existingUids(channel, uids);
  } catch (error) {
    if (error instanceof CommandRefused) return emptyUidSet;
    throw error;
  }
}

async function removeOnce(channel: Channel, uids: UidSet): Promise<string | undefined> {
  try {
    if (channel.capabilities.has("UIDPLUS")) {
      await expunge(channel, uids);
      return undefined;
    }
    return await expungeOnly(channel, uids);
  } catch (error) {
    if (error instanceof CommandRefused) return error.words;
    throw error;
  }
}

/** EXPUNGE takes all that is marked, whoever marked it (RFC 3501 6.4.3): not where others have marked something. */
async function expungeOnly(channel: Channel, uids: UidSet): Promise<string | undefined> {
  await mark(channel, uids);
  const others = subtract(await markedUids(channel), uids);
  if (isEmpty(others)) {
    await expungeMarked(channel);
    return undefined;
  }
  await unmark(channel, uids);
  return "the server lacks UIDPLUS, and EXPUNGE would also remove messages that others have marked as deleted";
}
