// What SELECT tells the server that we know, so that it reports what has happened since (RFC 7162 3.2.5).

import type { SelectBaseline } from "../../imap/verbs/select.ts";
import { type PerSide, perSide, type Side } from "../../model/side.ts";
import { countUids, emptyUidSet, type UidSet } from "../../model/uid-set.ts";
import type { MailboxWork } from "../context/open-mailbox.ts";

/** Read once for all that follows from it. */
export interface RecordOf {
  readonly counts: PerSide<number> | undefined;
  /** UIDs with a row that are not below the recorded UIDNEXT. */
  readonly beyond: PerSide<UidSet>;
}

export function recordOf({ store, idx, before }: MailboxWork): RecordOf {
  return {
    counts: store.messageCounts(idx),
    beyond: perSide((side) => (before[side] ? store.mappings.uids(idx, side, before[side].uidNext) : emptyUidSet)),
  };
}

interface Sampled extends RecordOf {
  /** How many mappings there are to make a sample of. */
  readonly rows: number;
}

export function selectBaseline(work: MailboxWork, side: Side, sampled: Sampled): SelectBaseline | undefined {
  const state = work.before[side];
  if (state === undefined) return undefined;
  const maySample = sampled.rows > 0 && state.highestModSeq > 0n;
  return { state, sequenceSample: maySample ? sequenceSample(work, side, { ...sampled, below: state.uidNext }) : [] };
}

const sampleLimit = 32;

/**
 * Some messages' sequence numbers, which let a server that forgot what was expunged (RFC 7162 3.2.5.2) tell less. They are
 * ranks among our mappings, so they are right only if every message had a mapping; a wrong one would hide expunges.
 */
function sequenceSample(
  { store, idx }: MailboxWork,
  side: Side,
  { rows, counts, beyond, below }: Sampled & { readonly below: number },
): SelectBaseline["sequenceSample"] {
  const count = rows - countUids(beyond[side]);
  const hadMappingsOnly = counts?.[side] === count;
  return hadMappingsOnly ? store.mappings.sequenceSample(idx, side, { below, count, limit: sampleLimit }) : [];
}
