// A server may count a message and leave it out of its answers. So its count is compared with what it has reported, and the
// rest is asked for again. If the numbers agree, nothing is asked.

import { fetchIdentities, fetchSizes, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import { noop } from "../../imap/verbs/mailbox.ts";
import { existingUids } from "../../imap/verbs/search.ts";
import { InterimapError } from "../../model/errors.ts";
import { MessageSizes } from "../../model/message-sizes.ts";
import type { Side } from "../../model/side.ts";
import { countUids, isEmpty, subtract, uidRange, type UidSet, uidSetOf, uidsOf, union } from "../../model/uid-set.ts";
import { formatUidSet } from "../../model/uid-set-text.ts";
import { allDone } from "../../util/all-done.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { refusedUids } from "../refused/record-refusal.ts";

export interface Told {
  /** What was asked for. */
  readonly asked: UidSet;
  /** Those of them that the server reported. */
  readonly told: UidSet;
  /** How many messages were recorded at the time of the question; none of these was. */
  readonly rows: number;
}

/** How many messages a side has beyond those that are recorded and those that were reported now. */
export function countUntold(mailbox: OpenMailbox, side: Side, { asked, told, rows }: Told): number {
  // Without a gap, nothing was left out, and nothing need be counted.
  if (countUids(asked) === countUids(told)) return 0;
  const { store, idx, views, progress } = mailbox;
  const { exists, pending } = views[side];
  const { vanished, vanishedLive } = pending;
  const present = Math.min(exists, progress[side].counted - countUids(vanishedLive));
  const gone = store.mappings.pairsOf(idx, side, subtract(vanished, asked)).length;
  const refused = subtract(subtract(refusedUids(mailbox, side), vanished), asked);
  return present - (rows - gone) - countUids(refused) - countUids(subtract(told, vanished));
}

interface HeardOut {
  /** What the server reported only now; 0 for a message that is there although nothing is ever reported about it. */
  readonly sizes: MessageSizes;
  /** The number of messages that are there, but whose UID is unknown. */
  readonly untold: number;
}

export async function hearOut(mailbox: OpenMailbox, side: Side, { asked, told, rows }: Told): Promise<HeardOut> {
  const sizes = new MessageSizes();
  const untold = (): number => countUntold(mailbox, side, { asked, told: union(told, sizes.uids), rows });
  if (untold() <= 0) return { sizes, untold: 0 };
  const { store, idx, views, sessions } = mailbox;
  const { uidNext, pending } = views[side];
  const { vanished } = pending;
  const again = subtract(subtract(asked, told), vanished);
  // Some may have gone since they were counted; the server reports that now at the latest.
  const asking = fetchSizes(sessions[side], again);
  await allDone<unknown>([asking, noop(sessions[side])]);
  for (const { uid, size } of await asking) sizes.add(uid, size);
  if (untold() <= 0) return { sizes, untold: 0 };
  const recorded = union(store.mappings.uids(idx, side), refusedUids(mailbox, side));
  const known = union(union(recorded, vanished), union(told, sizes.uids));
  const there = await existingUids(
    sessions[side],
    subtract(union(uidRange(1, uidNext - 1), again), subtract(known, again)),
  );
  for (const uid of uidsOf(there)) sizes.add(uid, 0);
  return { sizes, untold: Math.max(0, untold()) };
}

/** The identities of messages, of which some may be missing. Throws MAILBOX_PROTOCOL if one that is there has none. */
export async function identitiesOf(mailbox: OpenMailbox, side: Side, asked: UidSet): Promise<MessageIdentity[]> {
  const rows = mailbox.store.mappings.count(mailbox.idx);
  const found = await fetchIdentities(mailbox.sessions[side], asked);
  const told = uidSetOf(found.map(({ uid }) => uid));
  if (countUntold(mailbox, side, { asked, told, rows }) <= 0) return found;
  return [...found, ...(await identitiesLeftOut(mailbox, side, { asked, told }))];
}

/**
 * Of the messages that were asked for and not reported, those that are there. Throws MAILBOX_PROTOCOL if they are not reported
 * now either.
 */
export async function identitiesLeftOut(
  { sessions, views }: OpenMailbox,
  side: Side,
  { asked, told }: Pick<Told, "asked" | "told">,
): Promise<MessageIdentity[]> {
  const there = await existingUids(sessions[side], subtract(subtract(asked, told), views[side].pending.vanished));
  const found = await fetchIdentities(sessions[side], there, { areThere: true });
  const silent = subtract(there, uidSetOf(found.map(({ uid }) => uid)));
  if (isEmpty(silent)) return found;
  throw new InterimapError("MAILBOX_PROTOCOL", `the server says nothing about UID ${formatUidSet(silent)}`, {
    side,
  });
}
