// The sizes of messages, in two columns of numbers: there may be a million, and objects would take three times the
// memory.

import { type UidSet, uidSetOf } from "./uid-set.ts";

export interface MessageSize {
  readonly uid: number;
  /** RFC822.SIZE in octets. */
  readonly size: number;
}

/** Iterates in UID order, whatever order they were added in; each UID once, with the size that was told first. */
export class MessageSizes implements Iterable<MessageSize> {
  readonly #uids: number[] = [];
  readonly #sizes: number[] = [];
  #isSorted = true;

  add(uid: number, size: number): void {
    if (uid <= (this.#uids.at(-1) ?? 0)) this.#isSorted = false;
    this.#uids.push(uid);
    this.#sizes.push(size);
  }

  get uids(): UidSet {
    return uidSetOf(this.#uids);
  }

  *[Symbol.iterator](): Generator<MessageSize, void, undefined> {
    for (const i of this.#order()) yield { uid: this.#uids[i]!, size: this.#sizes[i]! };
  }

  #order(): Iterable<number> {
    // Servers tell them in order, though they need not.
    if (this.#isSorted) return this.#uids.keys();
    const order = [...this.#uids.keys()].sort((a, b) => this.#uids[a]! - this.#uids[b]!);
    return order.filter((at, i) => this.#uids[at] !== this.#uids[order[i - 1] ?? -1]);
  }
}

export function sizesOf(messages: Iterable<MessageSize>): MessageSizes {
  const sizes = new MessageSizes();
  for (const { uid, size } of messages) sizes.add(uid, size);
  return sizes;
}
