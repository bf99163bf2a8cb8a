// The sizes of new messages, slice by slice: the first messages are copied while the server still reports the rest.

import type { Channel } from "../../imap/mailbox/channel.ts";
import { fetchSizes } from "../../imap/verbs/fetch.ts";
import type { MessageSizes } from "../../model/message-sizes.ts";
import type { Side } from "../../model/side.ts";
import {
  countUids,
  emptyUidSet,
  hasUid,
  isEmpty,
  lastUid,
  splitAt,
  subtract,
  type UidSet,
  union,
} from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { hearOut } from "../mailbox/hear-out.ts";
import { withSizes } from "../mailbox/survey.ts";
import { clearRefusal } from "../refused/record-refusal.ts";
import { slicesFor } from "./slices-plan.ts";

/** Asked together with SELECT. */
export function firstOf(session: Pick<Channel, "roundTripMs">, uids: UidSet): UidSet {
  return splitAt(uids, slicesFor(session.roundTripMs).first)[0];
}

/**
 * Once the last slice is known, what the server counts and did not tell is asked for again, and comes as one more slice.
 * Refused messages that are gone are forgotten then.
 */
export async function* newSizes(
  mailbox: OpenMailbox,
  side: Side,
  uids: UidSet,
): AsyncGenerator<MessageSizes, void, undefined> {
  const { sessions, store, idx, progress } = mailbox;
  const rows = store.mappings.count(idx);
  const ask = (slice: UidSet): Promise<MessageSizes> => {
    const asking = fetchSizes(sessions[side], slice, { withDates: mailbox.elsewhere !== undefined });
    asking.catch(() => undefined);
    return asking;
  };
  const early = await prefetchedOf(mailbox, side, uids);
  let told = emptyUidSet;
  const { first, full } = slicesFor(sessions[side].roundTripMs);
  let size = first;
  let [slice, left] = early === undefined ? splitAt(uids, size) : [early.uids, subtract(uids, early.uids)];
  let coming = early === undefined ? ask(slice) : Promise.resolve(early.sizes);
  try {
    while (!isEmpty(slice)) {
      const sizes = await coming;
      const found = sizes.uids;
      told = union(told, found);
      noteSizes(mailbox, side, { asked: slice, sizes });
      if (countUids(found) < full) size *= 2;
      [slice, left] = splitAt(left, size);
      // Sent before this slice's messages are fetched, so that it need not wait for them.
      if (!isEmpty(slice)) coming = ask(slice);
      yield sizes;
    }
  } finally {
    await coming.catch(() => undefined);
  }
  if (isEmpty(uids)) return;
  const { sizes, untold } = await hearOut(mailbox, side, { asked: uids, told, rows });
  told = union(told, sizes.uids);
  progress[side].untold = untold;
  forgetGone(mailbox, side, { uids: subtract(uids, told), untold });
  if (!isEmpty(sizes.uids)) yield sizes;
}

function noteSizes({ surveys, idx }: OpenMailbox, side: Side, told: { asked: UidSet; sizes: MessageSizes }): void {
  const survey = surveys.get(idx);
  if (survey !== undefined) surveys.set(idx, withSizes(survey, side, told));
}

interface Early {
  readonly uids: UidSet;
  readonly sizes: MessageSizes;
}

/**
 * What was asked for together with SELECT, if it is still wanted, and comes before all the rest. Waits in any case: of two such
 * commands in flight, one would take the other's answers.
 */
async function prefetchedOf({ prefetched }: OpenMailbox, side: Side, wanted: UidSet): Promise<Early | undefined> {
  const asked = prefetched[side];
  prefetched[side] = undefined;
  const sizes = await asked?.sizes;
  if (asked === undefined || sizes === undefined || !isEmpty(subtract(asked.uids, wanted))) return undefined;
  const [[first = Infinity] = []] = subtract(wanted, asked.uids).ranges;
  return first > lastUid(asked.uids) ? { uids: asked.uids, sizes } : undefined;
}

/** `uids`: new messages that the server did not tell; the refused ones among them are gone, unless something is missing. */
function forgetGone(
  mailbox: OpenMailbox,
  side: Side,
  { uids, untold }: { readonly uids: UidSet; readonly untold: number },
): void {
  const { vanished } = mailbox.views[side].pending;
  for (const uid of mailbox.progress[side].refused)
    if (hasUid(uids, uid) && (untold === 0 || hasUid(vanished, uid))) clearRefusal(mailbox, side, uid);
}
