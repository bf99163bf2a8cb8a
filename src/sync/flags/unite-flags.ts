// The flags of messages that turned out to be copies of each other: neither is older, so both get the union.

import type { MessageIdentity } from "../../imap/verbs/fetch.ts";
import { noModSeq } from "../../model/mod-seq.ts";
import { otherSide, type PerSide, perSide, sides } from "../../model/side.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { planFlags } from "./flags-plan.ts";

const notKnown = { local: undefined, remote: undefined };

/**
 * Has the flags of each pair united by the next propagateFlags(), and returns the pairs that need it. What the views know
 * of these messages must be news: reported after the identities were fetched.
 */
export function uniteFlags(
  { views, flags }: OpenMailbox,
  pairs: readonly PerSide<MessageIdentity>[],
): PerSide<MessageIdentity>[] {
  const permanent = perSide((side) => views[side].permanentFlags);
  return pairs.filter((identities) => {
    const pair = perSide((side) => identities[side].uid);
    const now = perSide(
      (side) => flags[side].changeOf(pair[side]) ?? { flags: identities[side].flags, modSeq: noModSeq },
    );
    for (const side of sides) flags[side].see(pair[side], now[side].flags);
    if (now.local.flags === now.remote.flags) return false;
    const { updates } = planFlags([{ pair, changes: now, present: notKnown, base: notKnown }], permanent);
    for (const side of sides) {
      flags[side].forgetBase(pair[side]);
      // A side that has all the other has only follows: that is no conflict.
      if (updates.some((update) => update.side === otherSide(side))) flags[side].note(pair[side], now[side]);
      else flags[side].learn(pair[side], now[side].flags);
    }
    return updates.length > 0;
  });
}
