// What is known of a mailbox when it is opened, so that later changes can be found.

import type { Baseline } from "../../mail/observe/changes.ts";
import type { MailboxState } from "../../model/mailbox-state.ts";
import { type PerSide, perSide, type Side } from "../../model/side.ts";
import { countUids, emptyUidSet, type UidSet } from "../../model/uid-set.ts";
import type { MailboxWork } from "../context/open-mailbox.ts";

/** Read once, for everything that depends on it. */
export interface RecordOf {
  readonly counts: PerSide<number> | undefined;
  /** UIDs with a row that are not below the recorded UIDNEXT. */
  readonly beyond: PerSide<UidSet>;
  /** The number of rows. Counted only on first use, because there may be a million. */
  readonly rows: () => number;
}

export function recordOf({ store, idx, before }: MailboxWork): RecordOf {
  let rows: number | undefined;
  return {
    counts: store.messageCounts(idx),
    beyond: perSide((side) => (before[side] ? store.mappings.uids(idx, side, before[side].uidNext) : emptyUidSet)),
    rows: () => (rows ??= store.mappings.count(idx)),
  };
}

/** What is known of a side, for a caller that only wants to know what happened there. */
export function plainBaseline(
  { store, idx, counts }: Pick<MailboxWork, "store" | "idx"> & Pick<RecordOf, "counts">,
  side: Side,
  state: MailboxState,
): Baseline {
  return {
    state,
    messages: counts?.[side],
    recorded: () => store.mappings.uids(idx, side),
    flags: () => store.flagsKnown.read(idx, side),
  };
}

/** What is known of a side. `maySample`: every row has a message, and none of them is in doubt. */
export function baselineOf(
  work: MailboxWork,
  side: Side,
  { maySample, ...recorded }: RecordOf & { readonly maySample: boolean },
): Baseline | undefined {
  const state = work.before[side];
  if (state === undefined) return undefined;
  return {
    ...plainBaseline({ ...work, counts: recorded.counts }, side, state),
    sequenceSample: () => (maySample ? sequenceSample(work, side, { ...recorded, below: state.uidNext }) : []),
  };
}

const sampleLimit = 32;

/**
 * The sequence numbers of some messages. With them, a server that forgot what was expunged (RFC 7162 3.2.5.2) need not report
 * every gap. They are ranks among our mappings, so they are right only if every message has a mapping; a wrong one would hide
 * expunges. A number that no message has any more would have to be left out in a second SELECT: see `observeByQresync()`.
 */
function sequenceSample(
  { store, idx, listed }: MailboxWork,
  side: Side,
  { rows, counts, beyond, below }: RecordOf & { readonly below: number },
): readonly (readonly [sequence: number, uid: number])[] {
  const total = rows();
  const count = total - countUids(beyond[side]);
  const hadMappingsOnly = total > 0 && counts?.[side] === count;
  if (!hadMappingsOnly) return [];
  const highest = listed[side]?.messages ?? count;
  const sample = store.mappings.sequenceSample(idx, side, { below, count, limit: sampleLimit });
  return sample.filter(([sequence]) => sequence <= highest);
}
