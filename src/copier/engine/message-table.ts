// The messages of one folder, in columns: there may be a million, and objects would take four times the memory.

import { type FlagSet, noFlags } from "../../model/flags.ts";
import type { MessageSize } from "../../model/message-sizes.ts";
import { UidIndex } from "./uid-index.ts";

export interface TableMessage extends MessageSize {
  readonly flags: FlagSet;
  /** What tells it from others: 16 octets, one character each (latin1); undefined when nothing does. */
  readonly signature: string | undefined;
}

const words = 4;
const none = -1;

/** Filled first, then sealed, then asked. Messages are numbered from 0, in UID order. */
export class MessageTable {
  #uids = new Uint32Array(64);
  #sizes = new Float64Array(64);
  #flags = new Uint32Array(64);
  #signatures = new Uint32Array(64 * words);
  #isIdentified = new Uint8Array(64);
  readonly #flagSets: FlagSet[] = [];
  readonly #numberOfFlags = new Map<FlagSet, number>();
  #length = 0;
  #isSorted = true;
  readonly #index = new UidIndex();
  /** By signature, the number of the first message that has it, and 1. */
  #firsts = new Uint32Array(0);
  /** Of each message, the number of the next one with its signature, and 1. */
  #nexts = new Uint32Array(0);
  #isRepeated = new Uint8Array(0);

  get length(): number {
    return this.#length;
  }

  /** In any order; each UID once. */
  add({ uid, size, flags, signature }: TableMessage): void {
    const i = this.#length++;
    if (i >= this.#uids.length) this.#grow();
    if (i > 0 && uid <= this.#uids[i - 1]!) this.#isSorted = false;
    this.#index.set(uid, i);
    this.#uids[i] = uid;
    this.#sizes[i] = size;
    this.#flags[i] = this.#flagNumber(flags);
    this.#isIdentified[i] = signature === undefined ? 0 : 1;
    if (signature === undefined) return;
    for (let word = 0; word < words; word++) this.#signatures[i * words + word] = wordAt(signature, word * 4);
  }

  /** A message of the same UID was added, with another signature. */
  isOther({ uid, signature }: TableMessage): boolean {
    const i = this.#numberOf(uid);
    if (i === none) return false;
    if (signature === undefined) return this.isIdentified(i);
    return !this.isIdentified(i) || this.signature(i) !== signature;
  }

  /** Takes a message out again, before the table is sealed. */
  forget(uid: number): void {
    const i = this.#numberOf(uid);
    if (i === none) return;
    const last = --this.#length;
    this.#index.delete(uid);
    if (last === i) return;
    this.#copy(last, i);
    this.#index.set(this.#uids[i]!, i);
    this.#isSorted = false;
  }

  /** No more come. */
  seal(): this {
    if (!this.#isSorted) this.#sort();
    this.#index.clear();
    this.#link();
    return this;
  }

  *uids(): Generator<number, void, undefined> {
    for (let i = 0; i < this.#length; i++) yield this.#uids[i]!;
  }

  *sizes(): Generator<MessageSize, void, undefined> {
    for (let i = 0; i < this.#length; i++) yield { uid: this.#uids[i]!, size: this.#sizes[i]! };
  }

  uid(i: number): number {
    return this.#uids[i]!;
  }

  /** RFC822.SIZE in octets. */
  size(i: number): number {
    return this.#sizes[i]!;
  }

  /** Of a message by its UID; undefined when there is none. */
  sizeOf(uid: number): number | undefined {
    return this.#sizes[this.#numberOf(uid)];
  }

  flags(i: number): FlagSet {
    return this.#flagSets[this.#flags[i]!] ?? noFlags;
  }

  isIdentified(i: number): boolean {
    return this.#isIdentified[i] === 1;
  }

  /** A message before it has the same signature. */
  isRepeated(i: number): boolean {
    return this.#isRepeated[i] === 1;
  }

  /** The next message with the same signature; undefined when there is none. */
  next(i: number): number | undefined {
    const next = this.#nexts[i]!;
    return next === 0 ? undefined : next - 1;
  }

  /** The first message that has the signature of another table's; undefined when there is none. */
  find(other: MessageTable, i: number): number | undefined {
    if (!other.isIdentified(i) || this.#firsts.length === 0) return undefined;
    const found = this.#firsts[this.#place(other.#signatures, i)]!;
    return found === 0 ? undefined : found - 1;
  }

  /** Of a message by its UID: null where nothing tells it from others; undefined when there is no such message. */
  signatureOf(uid: number): string | null | undefined {
    const i = this.#numberOf(uid);
    if (i === none) return undefined;
    return this.isIdentified(i) ? this.signature(i) : null;
  }

  /** The signature as it was added. */
  signature(i: number): string {
    return String.fromCharCode(...new Uint8Array(this.#signatures.slice(i * words, (i + 1) * words).buffer));
  }

  #flagNumber(flags: FlagSet): number {
    let number = this.#numberOfFlags.get(flags);
    if (number === undefined) {
      number = this.#flagSets.push(flags) - 1;
      this.#numberOfFlags.set(flags, number);
    }
    return number;
  }

  #numberOf(uid: number): number {
    const uids = this.#uids.subarray(0, this.#length);
    if (!this.#isSorted) return this.#index.find(uid, uids) ?? none;
    let [low, high] = [0, uids.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (uids[middle]! < uid) low = middle + 1;
      else high = middle;
    }
    return uids[low] === uid ? low : none;
  }

  #grow(): void {
    const capacity = this.#uids.length * 2;
    this.#uids = larger(this.#uids, new Uint32Array(capacity));
    this.#sizes = larger(this.#sizes, new Float64Array(capacity));
    this.#flags = larger(this.#flags, new Uint32Array(capacity));
    this.#signatures = larger(this.#signatures, new Uint32Array(capacity * words));
    this.#isIdentified = larger(this.#isIdentified, new Uint8Array(capacity));
  }

  #copy(from: number, to: number): void {
    this.#uids[to] = this.#uids[from]!;
    this.#sizes[to] = this.#sizes[from]!;
    this.#flags[to] = this.#flags[from]!;
    this.#isIdentified[to] = this.#isIdentified[from]!;
    this.#signatures.copyWithin(to * words, from * words, (from + 1) * words);
  }

  #sort(): void {
    const order = Uint32Array.from({ length: this.#length }, (_, i) => i);
    const uids = this.#uids;
    order.sort((a, b) => uids[a]! - uids[b]!);
    const before = { uids, sizes: this.#sizes, flags: this.#flags, marks: this.#isIdentified };
    const signatures = this.#signatures;
    this.#uids = Uint32Array.from(order, (i) => before.uids[i]!);
    this.#sizes = Float64Array.from(order, (i) => before.sizes[i]!);
    this.#flags = Uint32Array.from(order, (i) => before.flags[i]!);
    this.#isIdentified = Uint8Array.from(order, (i) => before.marks[i]!);
    this.#signatures = new Uint32Array(this.#length * words);
    order.forEach((from, to) => {
      this.#signatures.set(signatures.subarray(from * words, (from + 1) * words), to * words);
    });
    this.#isSorted = true;
  }

  #link(): void {
    const length = this.#length;
    let places = 16;
    while (places < length * 2) places *= 2;
    this.#firsts = new Uint32Array(places);
    this.#nexts = new Uint32Array(length);
    this.#isRepeated = new Uint8Array(length);
    /** Of the first with a signature, the latest with it, and 1. */
    const latest = new Uint32Array(length);
    for (let i = 0; i < length; i++) {
      if (this.#isIdentified[i] === 0) continue;
      const place = this.#place(this.#signatures, i);
      const first = this.#firsts[place]!;
      if (first === 0) this.#firsts[place] = i + 1;
      else {
        this.#isRepeated[i] = 1;
        this.#nexts[Math.max(latest[first - 1]!, first) - 1] = i + 1;
        latest[first - 1] = i + 1;
      }
    }
  }

  #hasSignature(i: number, { signatures, at }: { readonly signatures: Uint32Array; readonly at: number }): boolean {
    for (let word = 0; word < words; word++)
      if (this.#signatures[i * words + word] !== signatures[at + word]) return false;
    return true;
  }

  /** Where a signature is among the firsts, or would be. */
  #place(signatures: Uint32Array, i: number): number {
    const at = i * words;
    const mask = this.#firsts.length - 1;
    for (let place = signatures[at]! & mask; ; place = (place + 1) & mask) {
      const found = this.#firsts[place]!;
      if (found === 0 || this.#hasSignature(found - 1, { signatures, at })) return place;
    }
  }
}

function wordAt(signature: string, at: number): number {
  return (
    (signature.charCodeAt(at) |
      (signature.charCodeAt(at + 1) << 8) |
      (signature.charCodeAt(at + 2) << 16) |
      (signature.charCodeAt(at + 3) << 24)) >>>
    0
  );
}

function larger<Column extends Float64Array | Uint32Array | Uint8Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
