// Whether the folder of host2 is that of host1 itself: somebody may have given one account twice. A message that is known to be
// on host2 must not be deleted on host1 then: it is the only one.

import { CommandRefused } from "../../imap/command-refused.ts";
import type { Channel } from "../../imap/mailbox/channel.ts";
import { mark, unmark } from "../../imap/verbs/expunge.ts";
import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { noop } from "../../imap/verbs/mailbox.ts";
import { isMarked } from "../../model/flags.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import type { OpenPair } from "./folder-work.ts";
import { type Match, pairsIn } from "./match-plan.ts";

/**
 * Copies of a server have the same numbers, too: so one message is marked on host1, which is to be deleted there anyway, and
 * the mark is looked for on host2.
 */
export async function isOneFolder(pair: OpenPair, same: Match["same"]): Promise<boolean> {
  const { channels } = pair;
  const uid = commonUid(pair, same);
  if (uid === undefined) return false;
  const wasMarked = await isMarkedOn(channels.remote, uid);
  if (wasMarked === undefined) return false;
  const [change, back] = wasMarked ? [unmark, mark] : [mark, unmark];
  const uids = uidSetOf([uid]);
  try {
    await change(channels.local, uids);
  } catch (error) {
    // Then nothing can be deleted either.
    if (error instanceof CommandRefused) return false;
    throw error;
  }
  await noop(channels.remote);
  const isNow = await isMarkedOn(channels.remote, uid);
  await back(channels.local, uids);
  return isNow !== wasMarked;
}

/** Nothing that both servers say speaks against it. */
export function mayBeOneFolder(pair: OpenPair, same: Match["same"]): boolean {
  return commonUid(pair, same) !== undefined;
}

/** Of a message that both hosts describe alike. */
function commonUid({ tables: { local, remote }, views }: OpenPair, same: Match["same"]): number | undefined {
  if (views.local.uidValidity !== views.remote.uidValidity) return undefined;
  for (const [on1, on2] of pairsIn(same))
    if (local.uid(on1) === remote.uid(on2) && isMarked(local.flags(on1)) === isMarked(remote.flags(on2)))
      return local.uid(on1);
  return undefined;
}

/** Undefined: the message is not there. */
async function isMarkedOn(channel: Channel, uid: number): Promise<boolean | undefined> {
  const found = (await fetchFlags(channel, uidSetOf([uid]))).get(uid);
  return found && isMarked(found.flags);
}
