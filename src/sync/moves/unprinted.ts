// Vanished messages of which the record does not say what they look like, as in databases of the original program: the other
// side still has them, and tells.

import { fetchIdentities } from "../../imap/verbs/fetch.ts";
import { otherSide, type Side } from "../../model/side.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import type { Arrivals } from "./arrivals.ts";
import type { Departure } from "./moves-plan.ts";

interface Places {
  /** Open on the other side. */
  readonly source: Pick<OpenMailbox, "sessions">;
  /** Where they vanished. */
  readonly side: Side;
  /** All that is new there. */
  readonly arrivals: readonly Arrivals[];
}

/** Without those that are none of the new messages. They are read once, not for each mailbox in which there is something new. */
export async function withoutOthers(
  { source, side, arrivals }: Places,
  departures: readonly Departure[],
): Promise<readonly Departure[]> {
  const other = otherSide(side);
  const unprinted = departures.filter(({ prints }) => prints[side] === undefined);
  if (unprinted.length === 0 || arrivals.length === 0) return departures;
  const ids = new Set(arrivals.flatMap(({ left }) => left.map(({ messageId }) => messageId)));
  const uids = uidSetOf(unprinted.map(({ pair }) => pair[other]));
  const read = await fetchIdentities(source.sessions[other], uids, { withFlags: false });
  const others = new Set(
    read.filter(({ messageId }) => messageId !== undefined && !ids.has(messageId)).map(({ uid }) => uid),
  );
  return departures.filter((one) => one.prints[side] !== undefined || !others.has(one.pair[other]));
}
