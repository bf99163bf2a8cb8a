// Raw inflate (RFC 1951) of what has arrived, at once and into blocks. As a stream, Node does it on another thread, piece by
// piece, and each piece waits for this one.
//
// What Node calls for its own inflateSync() is called here. Where it is not to be found, there is no such inflate.

import { constants, createInflateRaw, type InflateRaw } from "node:zlib";
import { Blocks } from "./blocks.ts";

/** Octets that come out at once: it ends when nobody wants more. */
const most = 128 * 1024;
const least = 16 * 1024;

interface Internals {
  /** How much is left of the output, and of the input. */
  readonly _writeState?: Uint32Array;
  readonly _handle?: Handle | null;
}

interface Handle {
  onerror?: (message: string) => void;
  readonly writeSync?: (
    ...args: [
      flush: number,
      input: Uint8Array,
      at: number,
      length: number,
      output: Uint8Array,
      at: number,
      length: number,
    ]
  ) => void;
}

export class Inflate {
  readonly #zlib: InflateRaw & Internals;
  readonly #blocks = new Blocks();
  #input: Buffer = Buffer.alloc(0);
  #hasMore = false;
  #fault: string | undefined;

  /** Undefined where Node cannot do it. */
  static make(): Inflate | undefined {
    const zlib = createInflateRaw() as InflateRaw & Internals;
    const { _handle: handle, _writeState: state } = zlib;
    if (typeof handle?.writeSync !== "function" || state?.length !== 2) return undefined;
    return new Inflate(zlib);
  }

  private constructor(zlib: InflateRaw & Internals) {
    this.#zlib = zlib;
    zlib._handle!.onerror = (message) => {
      this.#fault = message;
    };
  }

  /** More that has arrived. */
  give(input: Buffer): void {
    this.#input = this.#input.length === 0 ? input : Buffer.concat([this.#input, input]);
    this.#hasMore = true;
  }

  /**
   * Some of what the input holds; "nothing" when all is out; "end" when the data end although more comes.
   * @throws Error what is wrong with the data
   */
  next(): Buffer | "nothing" | "end" {
    if (!this.#hasMore) return "nothing";
    const output = this.#blocks.free(least);
    const size = Math.min(most, output.length);
    const { length } = this.#input;
    this.#zlib._handle!.writeSync!(constants.Z_SYNC_FLUSH, this.#input, 0, length, output, 0, size);
    if (this.#fault !== undefined) throw new Error(this.#fault);
    const [outputLeft = 0, inputLeft = 0] = this.#zlib._writeState!;
    // With room left all is out; input that it does not take then is behind the end.
    this.#hasMore = outputLeft === 0 || inputLeft > 0;
    this.#input = this.#input.subarray(length - inputLeft);
    if (outputLeft < size) return this.#blocks.take(size - outputLeft);
    return inputLeft > 0 ? "end" : "nothing";
  }

  close(): void {
    this.#zlib.destroy();
  }
}
