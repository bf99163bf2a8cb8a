// Recognises a server that was restored from a backup, or has lost its index. Its UIDNEXT or HIGHESTMODSEQ is below the
// recorded one, which RFC 3501 2.3.1.1 and RFC 7162 3.1.2.1 rule out while UIDVALIDITY stays. UIDs of lost messages are given
// to others.

import { status } from "../../imap/verbs/mailbox.ts";
import { existingUids } from "../../imap/verbs/search.ts";
import { itemBehind } from "../../model/mailbox-state.ts";
import { noModSeq } from "../../model/mod-seq.ts";
import { bothSides, type PerSide, type Side, sides } from "../../model/side.ts";
import { isEmpty, maxUid, uidRange, union } from "../../model/uid-set.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { lacksModSeqs } from "../mailbox/untold-changes.ts";
import { clearRefusedChanges } from "../refused/refused-changes.ts";

/** Why the UIDs of a side may be other messages' now; undefined: nothing speaks for it. */
export type Doubts = PerSide<string | undefined>;

/** Asks nothing, unless SELECT told such a number; a server may tell one wrong. */
export async function findGoneBack(mailbox: OpenMailbox): Promise<Doubts> {
  return bothSides(async (side) => {
    const before = mailbox.before[side];
    const { whenSelected } = mailbox.views[side];
    if (before === undefined || whenSelected.uidValidity !== before.uidValidity) return undefined;
    if (itemBehind(whenSelected, before) === undefined) return undefined;
    // A HIGHESTMODSEQ of 0, or none, is another matter: see mod-seq-doubt.ts.
    const { uidValidity, uidNext, highestModSeq } = await status(mailbox.sessions[side], mailbox.wireNames[side]);
    if (uidValidity !== before.uidValidity || uidNext === undefined) return undefined;
    const now = { uidNext, highestModSeq: highestModSeq ?? noModSeq };
    const item = itemBehind(now, before);
    if (item === undefined) return undefined;
    if (item === "UIDNEXT" && (await hasMessagesBeyond(mailbox, side, uidNext))) return undefined;
    // A mailbox without mod-sequences may be said to have a HIGHESTMODSEQ of 1.
    if (item === "HIGHESTMODSEQ" && (await lacksModSeqs(mailbox, side))) return undefined;
    const [told, recorded] =
      item === "UIDNEXT" ? [now.uidNext, before.uidNext] : [now.highestModSeq, before.highestModSeq];
    return `${item} is ${String(told)}, and was ${String(recorded)}`;
  });
}

/** Then UIDNEXT is not true, and says nothing. */
async function hasMessagesBeyond({ sessions }: OpenMailbox, side: Side, uidNext: number): Promise<boolean> {
  return !isEmpty(await existingUids(sessions[side], uidRange(uidNext, maxUid)));
}

/**
 * From now on nothing that was recorded of such a side is believed but that a message which looks like the recorded one is
 * that. Above all no deletion follows from it.
 */
export function distrust(mailbox: OpenMailbox, doubts: Doubts): boolean {
  const { progress, report, name } = mailbox;
  const doubtful = sides.filter((side) => doubts[side] !== undefined);
  if (doubtful.length === 0) return false;
  for (const side of doubtful) {
    const reason = doubts[side]!;
    // A repair says more of it, and compares in any case.
    if (!mailbox.repairs) {
      report({ type: "went-back", side, mailbox: name, reason });
      mailbox.before = { ...mailbox.before, [side]: undefined };
    }
    mailbox.recorded = { ...mailbox.recorded, [side]: undefined };
    mailbox.isDoubtful[side] = true;
  }
  // What they said of a UID may be said of another message now.
  for (const side of sides)
    clearRefusedChanges(mailbox, side, union(progress[side].undeletable, progress[side].unflaggable));
  return true;
}
