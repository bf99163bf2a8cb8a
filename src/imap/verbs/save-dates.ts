// When messages came to the mailbox that they are in (RFC 8514).

import { instantOf } from "../../model/internal-date.ts";
import type { UidSet } from "../../model/uid-set.ts";
import { line } from "../codec/write-command.ts";
import type { Channel } from "../mailbox/channel.ts";
import { uidFetch } from "./uid-fetch.ts";

/** In ms since 1970, by UID, of those of which the server tells it. Nothing is asked of a server without SAVEDATE. */
export async function fetchSaveDates(channel: Channel, uids: UidSet): Promise<ReadonlyMap<number, number>> {
  const dates = new Map<number, number>();
  if (!channel.capabilities.saveDates) return dates;
  await uidFetch(channel, {
    uids,
    items: line`(UID SAVEDATE)`,
    isAnswer: ({ saveDate }) => saveDate !== undefined,
    beside: [],
    onMessage: ({ uid, saveDate = "" }) => {
      const instant = instantOf(saveDate);
      if (!Number.isNaN(instant)) dates.set(uid, instant);
    },
  });
  return dates;
}
