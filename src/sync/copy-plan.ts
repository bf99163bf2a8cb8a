// Cuts new messages into batches that are fetched and appended as a whole. Pure.

import type { MessageSummary } from "../imap/commands/fetch.ts";

export interface CopyPlan {
  /** In UID order, which becomes the order on the target. */
  readonly batches: readonly Batch[];
  /** Messages without a single octet: no server takes them. */
  readonly empty: readonly number[];
}

export interface Batch {
  readonly uids: readonly number[];
  /** What the source says the messages measure together. */
  readonly octets: number;
}

export interface BatchLimits {
  readonly octets: number;
  readonly messages: number;
}

export function planCopies(summaries: readonly MessageSummary[], limits: BatchLimits): CopyPlan {
  const empty: number[] = [];
  const batches: Batch[] = [];
  let uids: number[] = [];
  let octets = 0;
  const close = (): void => {
    if (uids.length > 0) batches.push({ uids, octets });
    uids = [];
    octets = 0;
  };
  for (const { uid, size } of summaries.toSorted((a, b) => a.uid - b.uid)) {
    if (size === 0) {
      empty.push(uid);
      continue;
    }
    if (octets + size > limits.octets || uids.length >= limits.messages) close();
    uids.push(uid);
    octets += size;
  }
  close();
  return { batches, empty };
}
