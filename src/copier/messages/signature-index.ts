// Which UIDs a mailbox has for a signature: a hash table in few large arrays, as there may be a million messages.

import type { Identity, Signature } from "./header-identity.ts";

/** Of a signature, 32 bits each. */
const words = 4;

export class SignatureIndex {
  #keys = new Uint32Array(1024 * words);
  #uids = new Uint32Array(1024);
  /** By the last bits of a key: which entry there is, counted from 1. At least half of them are empty. */
  #slots = new Uint32Array(2048);
  #size = 0;
  /** How many there are, by the first entry of a signature; only of those with more than one. */
  readonly #counts = new Map<number, number>();
  /** Of messages with octets that are not ASCII, by what another server may have made of them. */
  readonly #lossy = new Map<string, number>();

  /** How many messages there are. */
  get size(): number {
    return this.#size;
  }

  /** To be called in the order of UIDs. How many have this signature now: 1 for the first, more for duplicates of it. */
  add({ signature, exact }: Identity, uid: number): number {
    const ordinal = this.#insertNext(exact ?? signature, uid);
    if (exact !== undefined && ordinal === 1) {
      const lossy = signature.toString("latin1");
      if (!this.#lossy.has(lossy)) this.#lossy.set(lossy, uid);
    }
    return ordinal;
  }

  /**
   * The UID of a message of the same identity: the first one, or the second one, … A server that cannot keep octets that are
   * not ASCII has an X for each: such a message is the same as the one with these octets, but messages that differ in
   * these octets are not the same.
   */
  find({ signature, exact }: Identity, ordinal = 1): number | undefined {
    if (exact !== undefined) return this.#uidAt(this.#find(exact, ordinal) ?? this.#find(signature, ordinal));
    const found = this.#uidAt(this.#find(signature, ordinal));
    return found === undefined && ordinal === 1 && this.#lossy.size > 0
      ? this.#lossy.get(signature.toString("latin1"))
      : found;
  }

  #insertNext(signature: Signature, uid: number): number {
    const first = this.#find(signature, 1);
    const ordinal = first === undefined ? 1 : (this.#counts.get(first) ?? 1) + 1;
    if (first !== undefined) this.#counts.set(first, ordinal);
    if (this.#size === this.#uids.length) this.#grow();
    const entry = this.#size++;
    this.#uids[entry] = uid;
    for (let word = 0; word < words; word++) this.#keys[entry * words + word] = keyWord(signature, ordinal, word);
    this.#place(entry);
    return ordinal;
  }

  /** The entry. */
  #find(signature: Signature, ordinal: number): number | undefined {
    const mask = this.#slots.length - 1;
    for (let slot = keyWord(signature, ordinal, 0) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]! - 1;
      if (entry < 0) return undefined;
      if (this.#isAt(entry, signature, ordinal)) return entry;
    }
  }

  #isAt(entry: number, signature: Signature, ordinal: number): boolean {
    for (let word = 0; word < words; word++) {
      if (this.#keys[entry * words + word] !== keyWord(signature, ordinal, word)) return false;
    }
    return true;
  }

  #uidAt(entry: number | undefined): number | undefined {
    return entry === undefined ? undefined : this.#uids[entry];
  }

  #place(entry: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#keys[entry * words]! & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = entry + 1;
  }

  #grow(): void {
    const keys = new Uint32Array(this.#keys.length * 2);
    keys.set(this.#keys);
    this.#keys = keys;
    const uids = new Uint32Array(this.#uids.length * 2);
    uids.set(this.#uids);
    this.#uids = uids;
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let entry = 0; entry < this.#size; entry++) this.#place(entry);
  }
}

/** The second and later of equal signatures have keys of their own. */
function keyWord(signature: Signature, ordinal: number, word: number): number {
  return (signature.readUInt32LE(word * 4) ^ Math.imul(ordinal - 1, 0x9e3779b1)) >>> 0;
}
