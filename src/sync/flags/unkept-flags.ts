// Flags that a mailbox could not keep, because its server or the user's rights there did not allow it: when it can, those that
// messages of the other side have are carried over.

import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import {
  type FlagSet,
  flagsThat,
  noFlags,
  sendableFlags,
  storableFlags,
  unionFlags,
  withoutFlags,
} from "../../model/flags.ts";
import { bothSides, otherSide, type PerSide, type Side, sides } from "../../model/side.ts";
import { uidSetOf } from "../../model/uid-set.ts";
import type { Unkept } from "../../state/unkept.ts";
import { slices } from "../../util/slices.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";
import { isRefused } from "../refused/refused-changes.ts";

/** How many pairs are compared at once. */
const sliceSize = 10_000;

const dayMs = 24 * 60 * 60_000;

/** PERMANENTFLAGS is told when a mailbox is selected only. A time that is to come is none of ours: the clock was put back. */
export function isToBeAskedAgain({ at }: Unkept, now: number = Date.now()): boolean {
  return at.getTime() <= now - dayMs || at.getTime() > now;
}

/** To be called when the mailbox has been selected. Afterwards the ledgers have the changes, as if the server had reported them. */
export async function offerUnkeptFlags(mailbox: OpenMailbox): Promise<void> {
  for (const side of sides) {
    const { unkept } = mailbox.progress[side];
    const kept = storableFlags(unkept, mailbox.views[side].permanentFlags);
    if (kept === noFlags) continue;
    // A repair compares everything anyway.
    if (!mailbox.repairs) await offer(mailbox, side, kept);
    mailbox.progress[side].unkept = withoutFlags(unkept, kept);
  }
}

/** Where the other side's message has more of these flags, that is a change of it; what else differs is united. */
async function offer(mailbox: OpenMailbox, side: Side, kept: FlagSet): Promise<void> {
  const { sessions, flags } = mailbox;
  const other = otherSide(side);
  for (const pairs of slices(wholePairs(mailbox), sliceSize)) {
    const found = await bothSides((one) => fetchFlags(sessions[one], uidSetOf(pairs.map((pair) => pair[one]))));
    for (const pair of pairs) {
      const [here, there] = [found[side].get(pair[side]), found[other].get(pair[other])];
      if (here === undefined || there === undefined) continue;
      const missing = withoutFlags(there.flags, here.flags);
      if (withoutFlags(kept, missing) === kept) continue;
      // One of them lacks what it could not keep.
      for (const one of sides) flags[one].forgetBase(pair[one]);
      flags[other].note(pair[other], there);
      if (unionFlags(here.flags, there.flags) !== there.flags) flags[side].note(pair[side], here);
    }
  }
}

/** Those whose flags should be equal. */
function* wholePairs(mailbox: OpenMailbox): Generator<PerSide<number>, void, undefined> {
  const { store, idx } = mailbox;
  const isWhole = (pair: PerSide<number>): boolean =>
    !isRefused(mailbox, pair, "undeletable") && !isRefused(mailbox, pair, "unflaggable");
  for (const slice of store.mappings.all(idx, sliceSize)) for (const pair of slice) if (isWhole(pair)) yield pair;
}

/** To be called with the checkpoint. */
export function recordUnkeptFlags(mailbox: OpenMailbox): void {
  const { store, idx, progress, views, flags } = mailbox;
  for (const side of sides) {
    // Keywords that the server would not create, whatever it says of them, are remembered with their messages.
    const refused = views[side].permanentFlags.refused;
    const isUnkept = (flag: string): boolean => refused?.has(flag.toLowerCase()) !== true;
    const unkept = flagsThat(flags[side].unkept, isUnkept);
    store.refusals.noteUnkept(idx, side, sendableFlags(unionFlags(progress[side].unkept, unkept)));
  }
}
