// Cuts new messages into batches that are fetched and appended as a whole, while it becomes known which they are. Pure.

import type { MessageSize } from "../../model/message-sizes.ts";
import { emptyUidSet, hasUid, type UidSet } from "../../model/uid-set.ts";

/** Messages, in one command. Copies are hardly further than that from a UID that was told wrongly. */
export const mostInOneAppend = 500;

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
      // A size of nothing is no size: the octets will tell.
      const isAlone = size === 0 || hasUid(alone, uid);
      if (isAlone || this.#octets + size > octets || this.#uids.length >= most) batches.push(...this.close());
      this.#uids.push(uid);
      this.#octets += size === 0 ? octets : size;
      if (isAlone) batches.push(...this.close());
    }
    return batches;
  }

  /** Returns the last batch, if anything is in it: nothing is added to it any more. */
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
