// Memory for what is received. What comes one after the other lies one behind the other, in blocks of which each octet is
// written once: whoever keeps a part of it, keeps what came. V8 has to account for each block by itself, and collects garbage
// the sooner the more there are.

/** Octets. A connection over which little comes needs no more than the first one. */
const firstBlock = 64 * 1024;
const blockSize = 1 << 20;

export class Blocks {
  #block: Buffer = Buffer.alloc(0);
  #used = 0;

  /** All that is free of a block, and at least `octets`, which may be more than a block has. It is free until it is taken. */
  free(octets: number): Buffer {
    if (this.#block.length - this.#used < octets) this.#begin(octets);
    return this.#block.subarray(this.#used);
  }

  /** The first `octets` of what is free. Pages that are never written to cost nothing. */
  take(octets: number): Buffer {
    if (this.#block.length - this.#used < octets) this.#begin(octets);
    return this.#block.subarray(this.#used, (this.#used += octets));
  }

  #begin(octets: number): void {
    const size = this.#block.length === 0 ? firstBlock : blockSize;
    this.#block = Buffer.allocUnsafeSlow(Math.max(size, octets));
    this.#used = 0;
  }
}
