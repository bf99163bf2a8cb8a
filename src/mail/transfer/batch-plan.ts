// Cuts new messages into batches that are fetched and appended as a whole. Pure.

import type { MessageSize } from "../../model/message-sizes.ts";
import { emptyUidSet, hasUid, type UidSet } from "../../model/uid-set.ts";

/** Messages, in one command. Copies are hardly further than that from a UID that was told wrongly. */
export const mostInOneAppend = 500;

export interface CopyPlan {
  /** In UID order, which becomes the order on the target. */
  readonly batches: readonly Batch[];
  /** Messages that are larger than the target says it takes. */
  readonly tooLarge: readonly MessageSize[];
}

export interface Batch {
  readonly uids: readonly number[];
  /** What the source says the messages measure together; as much as a batch may, where it does not say. */
  readonly octets: number;
}

export interface BatchLimits {
  readonly octets: number;
  readonly messages: number;
  /** Each of these goes into a batch of its own. */
  readonly alone?: UidSet;
  /** The largest message that the target takes, in octets; undefined when it names none. */
  readonly largest?: number | undefined;
}

/** The messages come in UID order. */
export function planCopies(messages: Iterable<MessageSize>, limits: BatchLimits): CopyPlan {
  const tooLarge: MessageSize[] = [];
  const batches: Batch[] = [];
  let uids: number[] = [];
  let octets = 0;
  const close = (): void => {
    if (uids.length > 0) batches.push({ uids, octets });
    uids = [];
    octets = 0;
  };
  for (const message of messages) {
    const { uid, size } = message;
    if (size > (limits.largest ?? Infinity)) {
      tooLarge.push(message);
      continue;
    }
    // A size of nothing is no size: the octets will tell.
    const isAlone = size === 0 || hasUid(limits.alone ?? emptyUidSet, uid);
    if (isAlone || octets + size > limits.octets || uids.length >= limits.messages) close();
    uids.push(uid);
    octets += size === 0 ? limits.octets : size;
    if (isAlone) close();
  }
  close();
  return { batches, tooLarge };
}
