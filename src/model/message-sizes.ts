// The sizes of messages, and their dates where these were asked for, in columns of numbers: there may be a million, and objects
// would take three times the memory.

import { hasUid, type UidSet, uidSetOf } from "./uid-set.ts";

export interface MessageSize {
  readonly uid: number;
  /** RFC822.SIZE in octets. */
  readonly size: number;
}

/** Iterates in UID order, whatever order they were added in; each UID once, with the size that was told first. */
export class MessageSizes implements Iterable<MessageSize> {
  readonly #uids: number[] = [];
  readonly #sizes: number[] = [];
  readonly #dates: number[] = [];
  #isSorted = true;

  /** `date`: INTERNALDATE in ms since 1970; NaN when it is not known. */
  add(uid: number, size: number, date = NaN): void {
    if (uid <= (this.#uids.at(-1) ?? 0)) this.#isSorted = false;
    this.#uids.push(uid);
    this.#sizes.push(size);
    this.#dates.push(date);
  }

  addAll(others: MessageSizes): void {
    for (const [i, uid] of others.#uids.entries()) this.add(uid, others.#sizes[i]!, others.#dates[i]);
  }

  /** Those of which it is known that they are not newer. */
  datedUpTo(instant: number): UidSet {
    return uidSetOf(this.#uids.filter((_, i) => this.#dates[i]! <= instant));
  }

  without(uids: UidSet): MessageSizes {
    const left = new MessageSizes();
    for (const [i, uid] of this.#uids.entries()) if (!hasUid(uids, uid)) left.add(uid, this.#sizes[i]!, this.#dates[i]);
    return left;
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

export function sizesOf(messages: Iterable<MessageSize & { readonly date?: number }>): MessageSizes {
  const sizes = new MessageSizes();
  for (const { uid, size, date } of messages) sizes.add(uid, size, date);
  return sizes;
}
