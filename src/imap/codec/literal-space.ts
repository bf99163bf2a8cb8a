// Memory for literals that arrive in pieces: one block for many of them. V8 has to account for each block by itself, and
// collects garbage sooner if there are many. A block lives as long as one of its literals does.

/** Octets. Messages that arrive together also leave together: hardly more than one block is kept for a few of them. */
const blockSize = 1 << 20;
/** A larger one has its own. */
const largestShared = 1 << 18;

export class LiteralSpace {
  #block = Buffer.alloc(0);
  #used = 0;

  /** Its contents are undefined. Pages that are never written to cost nothing: a server can announce much for little. */
  take(size: number): Buffer {
    if (size > largestShared) return Buffer.allocUnsafeSlow(size);
    if (this.#used + size > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(blockSize);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += size;
    return this.#block.subarray(start, this.#used);
  }
}
