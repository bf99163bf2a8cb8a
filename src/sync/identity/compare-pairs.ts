// Compares pairs of messages in full, where a server does not tell what happened to them: whether both are there, and
// their flags. What is found goes into the ledgers and views, as if it had been told.

import type { FlagChange } from "../../imap/mailbox/pending-changes.ts";
import { fetchFlags } from "../../imap/verbs/fetch-flags.ts";
import { noModSeq } from "../../model/mod-seq.ts";
import { bothSides, type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { emptyUidSet, subtract, type UidSet, uidSetOf, union } from "../../model/uid-set.ts";
import { slices } from "../../util/slices.ts";
import type { OpenMailbox } from "../context/open-mailbox.ts";

/** How many pairs are compared at once: a million would take more memory than everything else. */
const sliceSize = 10_000;

/**
 * `untold`: the sides that do not report changes. Where flags differ these have changed, as the others would have told.
 * What is missing is noted as vanished, and so is asked for once more.
 */
export async function comparePairs(
  mailbox: OpenMailbox,
  pairs: Iterable<PerSide<number>>,
  untold: readonly Side[] = sides,
): Promise<void> {
  const missing = await compareFlags(mailbox, pairs, untold);
  for (const side of sides) mailbox.views[side].pending.noteVanished(missing[side]);
}

interface Compared {
  readonly pair: PerSide<number>;
  /** What was just read. */
  readonly now: PerSide<FlagChange>;
  readonly untold: readonly Side[];
}

/**
 * A server that reports changes may have been asked just before it reported one: then this answer is the report, and what
 * makes the difference. Returns whether it is.
 */
function noteReported({ views, flags, progress }: OpenMailbox, { pair, now, untold }: Compared): boolean {
  const reporting = sides.filter((side) => {
    if (untold.includes(side) || progress[side].hidesChanges) return false;
    const [uid, { flags: read, modSeq }] = [pair[side], now[side]];
    return modSeq > noModSeq && !views[side].isNoNews(uid, now[side]) && flags[side].known(uid) !== read;
  });
  for (const side of reporting) flags[side].note(pair[side], now[side]);
  return reporting.length > 0;
}

/** The same; returns what is missing, for those who believe nothing of it yet. */
export async function compareFlags(
  mailbox: OpenMailbox,
  pairs: Iterable<PerSide<number>>,
  untold: readonly Side[] = sides,
): Promise<PerSide<UidSet>> {
  const { views, sessions, flags } = mailbox;
  const allMissing: Record<Side, UidSet> = { local: emptyUidSet, remote: emptyUidSet };
  for (const slice of slices(pairs, sliceSize)) {
    const uids = perSide((side) => uidSetOf(slice.map((pair) => pair[side])));
    const found = await bothSides((side) => fetchFlags(sessions[side], uids[side]));
    for (const side of sides) {
      const missing = subtract(uids[side], uidSetOf(found[side].keys()));
      views[side].requireRead(missing, side);
      allMissing[side] = union(allMissing[side], missing);
    }
    for (const pair of slice) {
      const { local, remote } = perSide((side) => found[side].get(pair[side]));
      if (local === undefined || remote === undefined) continue;
      const [now, isEqual] = [{ local, remote }, local.flags === remote.flags];
      // Only of what is dealt with here: nobody would look for it again.
      for (const side of untold) flags[side].see(pair[side], now[side].flags);
      const isExplained = !isEqual && noteReported(mailbox, { pair, now, untold });
      for (const side of untold) {
        const uid = pair[side];
        // What was just read is newer than what was told before.
        if ((!isEqual && !isExplained) || flags[side].changeOf(uid) !== undefined) flags[side].note(uid, now[side]);
      }
    }
  }
  return allMissing;
}
