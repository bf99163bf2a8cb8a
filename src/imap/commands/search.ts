// UID SEARCH (RFC 3501 6.4.4), only to ask which messages are there.

import { allDone } from "../../model/all-done.ts";
import { hasUid, splitUidSet, uidSetOf, type UidSet } from "../../model/uid-set.ts";
import { maxSetOctets } from "../limits.ts";
import { line, uids as uidSet } from "../codec/write-command.ts";
import type { Channel } from "../channel.ts";

/** Those of some UIDs that belong to a message. */
export async function existingUids(session: Channel, uids: UidSet): Promise<UidSet> {
  const found: number[] = [];
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
          found.push(...numbers.filter((uid) => hasUid(uids, uid)));
          return true;
        },
      }),
    ),
  );
  return uidSetOf(found);
}
