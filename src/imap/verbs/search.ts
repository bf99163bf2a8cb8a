// UID SEARCH (RFC 3501 6.4.4), only to ask which messages are there.

import { hasUid, type UidSet, uidSetOf } from "../../model/uid-set.ts";
import { splitUidSet } from "../../model/uid-set-text.ts";
import { allDone } from "../../util/all-done.ts";
import { line, uids as uidSet } from "../codec/write-command.ts";
import { maxSetOctets } from "../limits.ts";
import type { Channel } from "../mailbox/channel.ts";

/** Those of some UIDs that belong to a message. */
export async function existingUids(session: Channel, uids: UidSet): Promise<UidSet> {
  // However often a server tells them.
  const found = new Set<number>();
  await allDone(
    splitUidSet(uids, maxSetOctets).map((part) =>
      session.run({
        name: "UID SEARCH",
        overlap: "selected",
        parts: line`UID SEARCH UID ${uidSet(part)}`,
        claim: (response) => {
          if (response.kind !== "other" || response.name !== "SEARCH") return false;
          // Of any of these searches: the server may answer one before it has confirmed the one before.
          const numbers = response.line.split(" ").slice(2).map(Number);
          for (const uid of numbers) if (hasUid(uids, uid)) found.add(uid);
          return true;
        },
      }),
    ),
  );
  return uidSetOf(found);
}
