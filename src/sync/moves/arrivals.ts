// Finds new messages in a mailbox on one side that may have been moved there.

import type { Channel } from "../../imap/mailbox/channel.ts";
import { openChannel } from "../../imap/mailbox/channel.ts";
import type { MailboxView } from "../../imap/mailbox/mailbox-view.ts";
import { fetchIdentities, type MessageIdentity } from "../../imap/verbs/fetch.ts";
import { observe } from "../../mail/observe/observe.ts";
import { InterimapError } from "../../model/errors.ts";
import { otherSide, type Side } from "../../model/side.ts";
import { emptyUidSet, subtract, uidRange, type UidSet } from "../../model/uid-set.ts";
import { allDone } from "../../util/all-done.ts";
import { atMost } from "../../util/at-most.ts";
import type { Run } from "../context/run.ts";
import type { Prospect } from "../mailbox/prospect.ts";
import { withoutLikes } from "./moves-plan.ts";

export interface Arrivals {
  /** On which the mailbox is selected. */
  readonly channel: Channel;
  readonly view: MailboxView;
  /** Those that have not been recognised yet. */
  left: readonly MessageIdentity[];
}

/** How many mailboxes are asked at the same time. */
const mostInFlight = 50;

/**
 * In those of the mailboxes that can be asked. All are asked at once: each round trip that is waited for would be one for each
 * mailbox.
 */
export async function arrivalsIn(
  run: Run,
  side: Side,
  prospects: readonly Prospect[],
): Promise<ReadonlyMap<Prospect, Arrivals>> {
  const found = await atMost(mostInFlight, prospects, async (prospect) =>
    run.stop.aborted ? undefined : arrivalsInOne(run, side, prospect),
  );
  return new Map(
    prospects.flatMap((prospect, i) => {
      const arrivals = found[i];
      return arrivals === undefined ? [] : [[prospect, arrivals]];
    }),
  );
}

/** Undefined if the mailbox cannot be asked: its own work will meet the reason. */
async function arrivalsInOne(run: Run, side: Side, prospect: Prospect): Promise<Arrivals | undefined> {
  try {
    const found = await newIn(run, side, prospect);
    if (found === undefined || !mayHaveUnrecorded(prospect, otherSide(side))) return found;
    const there = await newIn(run, otherSide(side), prospect);
    return there && { ...found, left: withoutLikes(found.left, there.left) };
  } catch (error) {
    if (!(error instanceof InterimapError) || error.abandons !== "mailbox") throw error;
    return undefined;
  }
}

/** Without a row: an interrupted round may have left copies. */
function mayHaveUnrecorded({ mailbox, listed }: Prospect, side: Side): boolean {
  const [before, now] = [mailbox.states[side]?.uidNext ?? 1, listed[side]?.state?.uidNext ?? 1];
  return mailbox.isUnfinished || now > before;
}

async function newIn(run: Run, side: Side, { mailbox, listed, wireNames }: Prospect): Promise<Arrivals | undefined> {
  const { store } = run;
  const { idx, states } = mailbox;
  const state = states[side] ?? listed[side]?.state;
  const channel = openChannel(run.sessions[side]);
  const first = Math.min(states[side]?.uidNext ?? 1, store.transfers.interruption(idx)?.[side] ?? Infinity);
  const recorded = store.mappings.uids(idx, side, first);
  const unrecorded = (uidNext: number): UidSet => subtract(uidRange(first, uidNext - 1), recorded);
  const observing = observe(channel, wireNames[side]);
  // What LIST reported is asked for in the same packet as SELECT.
  const asked = unrecorded(listed[side]?.state?.uidNext ?? 1);
  const asking = fetchIdentities(channel, asked).catch(() => undefined);
  await allDone<unknown>([observing, asking]);
  const [{ view }, told] = [await observing, await asking];
  if (!view.hasStickyUids || view.uidValidity !== state?.uidValidity) return undefined;
  const rest = subtract(unrecorded(view.uidNext), told === undefined ? emptyUidSet : asked);
  return { channel, view, left: [...(told ?? []), ...(await fetchIdentities(channel, rest))] };
}
