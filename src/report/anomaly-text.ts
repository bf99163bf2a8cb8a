// Words for what in the database does not fit the servers.

import { otherSide } from "../model/side.ts";
import { shownUidSet } from "../model/uid-set-text.ts";
import type { Anomaly } from "../sync/recovery/repair-plan.ts";

export function anomalyText({ kind, side, ...set }: Anomaly): string {
  const uids = `UID ${shownUidSet(set.uids)}`;
  const pair = `${uids} here, UID ${shownUidSet(set.counterparts)} on the ${otherSide(side)} side`;
  switch (kind) {
    case "never-assigned":
      return `The database has a UID that no message ever had: ${pair}. The entry is dropped`;
    case "gone-on-both":
      return `The database has a message that is gone on both sides: ${pair}. The entry is dropped`;
    case "gone":
      return `Gone, although the server reported no deletion since the last run: ${pair}. Copied again from the other side`;
    case "replaced":
      return `Gone, but an equal message is here: ${pair}. Paired again`;
    case "mispaired":
      return `The database pairs two different messages: ${pair}. Paired again`;
    case "unrecorded":
      return `Not in the database: ${uids}. Paired with an equal message of the other side, or else copied`;
    case "flags-differ":
      return `Flags differ, although neither server reported a change: ${pair}. Both now have all of them`;
  }
}
