// Cuts new messages, as they become known, into batches that are fetched and appended as a whole. Pure.

import type { MessageSize } from "../../model/message-sizes.ts";
import { emptyUidSet, hasUid, type UidSet } from "../../model/uid-set.ts";

/** Messages in one command. If a server reports a wrong UID, the copy is hardly further away than this. */
export const mostInOneAppend = 500;

export interface Batch {
  readonly uids: readonly number[];
  /** The size of all messages together, as the source reports it; the limit of a batch, if it reports none. */
  readonly octets: number;
}

export interface BatchLimits {
  readonly octets: number;
  readonly messages: number;
  /** Each of these goes into a batch of its own. */
  readonly alone?: UidSet;
  /** The largest message that the target takes, in octets; undefined if it names no limit. */
  readonly largest?: number | undefined;
}

/** The messages come in UID order, which becomes the order of the batches, and on the target. */
export class BatchPlan {
  readonly #limits: BatchLimits;
  #tooLarge: MessageSize[] = [];
  #uids: number[] = [];
  #octets = 0;

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  /** Returns the batches that are complete with these messages. */
  add(messages: Iterable<MessageSize>): Batch[] {
    const { octets, messages: most, alone = emptyUidSet, largest = Infinity } = this.#limits;
    const batches: Batch[] = [];
    for (const message of messages) {
      const { uid, size } = message;
      if (size > largest) {
        this.#tooLarge.push(message);
        continue;
      }
      // A size of 0 means that the size is unknown: the octets will show it.
      const isAlone = size === 0 || hasUid(alone, uid);
      if (isAlone || this.#octets + size > octets || this.#uids.length >= most) batches.push(...this.close());
      this.#uids.push(uid);
      this.#octets += size === 0 ? octets : size;
      if (isAlone) batches.push(...this.close());
    }
    return batches;
  }

  /** Returns the last batch, which is complete now, if there is anything in it. */
  close(): Batch[] {
    const batches = this.#uids.length > 0 ? [{ uids: this.#uids, octets: this.#octets }] : [];
    this.#uids = [];
    this.#octets = 0;
    return batches;
  }

  /** Messages that are larger than the target says it takes, each once. */
  takeTooLarge(): MessageSize[] {
    const taken = this.#tooLarge;
    this.#tooLarge = [];
    return taken;
  }
}
