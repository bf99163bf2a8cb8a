// Fetches what identifies messages of a mailbox that nobody is working on.

import type { Channel } from "../../imap/mailbox/channel.ts";
import { fetchIdentities, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import { observe } from "../../mail/observe/observe.ts";
import { InterimapError } from "../../model/errors.ts";
import { isEmpty, type UidSet } from "../../model/uid-set.ts";
import { allDone } from "../../util/all-done.ts";

/** Those of these messages that are there; the mailbox is selected then. Undefined where the server does not let us see. */
export async function identitiesIn(
  session: Channel,
  wireName: string,
  uids: UidSet,
): Promise<ReadonlyMap<number, MessageIdentity> | undefined> {
  if (isEmpty(uids)) return new Map();
  try {
    // In one packet.
    const selecting = observe(session, wireName);
    const fetching = fetchIdentities(session, uids, { withFlags: false });
    await allDone<unknown>([selecting, fetching]);
    return new Map((await fetching).map((one) => [one.uid, one]));
  } catch (error) {
    if (error instanceof InterimapError && error.abandons === "mailbox") return undefined;
    throw error;
  }
}
