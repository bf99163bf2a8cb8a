// COMPRESS=DEFLATE (RFC 4978): both directions of a transport go through raw deflate.

import { Duplex } from "node:stream";
import { constants, createDeflateRaw } from "node:zlib";
import { InterimapError } from "../../model/errors.ts";
import { inflatedInput, type Input } from "./inflated-input.ts";
import type { Transport } from "./transport.ts";

/** This many octets are compressed at once, and may wait for it. */
const batchSize = 64 * 1024;

/**
 * Takes over the transport's stream, which nobody may listen to any more. `firstBytes` came after the server's OK and are
 * compressed already. Damaged data surface as a PROTOCOL error on the returned stream.
 */
export function deflate(transport: Transport, firstBytes?: Buffer): Transport {
  const stream = new DeflatedStream(transport.stream, firstBytes);
  stream.on("error", () => {});
  return { ...transport, stream };
}

class DeflatedStream extends Duplex {
  readonly #under: Duplex;
  // Every batch ends with a flush. That is prompt, and cheap because a batch takes in all that was written meanwhile.
  readonly #deflate = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH, chunkSize: batchSize });
  readonly #input: Input;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #scheduled = false;
  /** Called when there is room again. */
  #resume: (() => void) | undefined;
  /** Called when everything written has been compressed. */
  #idle: (() => void) | undefined;

  constructor(under: Duplex, firstBytes: Buffer | undefined) {
    super({ allowHalfOpen: false });
    this.#under = under;
    this.#connectOutput();
    const push = (bytes: Buffer | null): boolean => this.push(bytes);
    const fail = (cause: Error): void => {
      const message = `the server's compressed data are damaged: ${cause.message}`;
      this.destroy(new InterimapError("PROTOCOL", message, { cause }));
    };
    this.#input = inflatedInput(under, { push, fail }, firstBytes);
    under.on("error", (error) => this.destroy(error));
    // After its end there may still be something for the reader.
    under.once("close", () => void (under.readableEnded || this.destroy()));
  }

  #connectOutput(): void {
    const under = this.#under;
    this.#deflate.on("data", (bytes: Buffer) => {
      // The server may have closed the connection already.
      if (under.writable && !under.write(bytes)) this.#deflate.pause();
    });
    under.on("drain", () => this.#deflate.resume());
    this.#deflate.on("error", (error) => this.destroy(error));
  }

  override _read(): void {
    this.#input.read();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes < batchSize) done();
    else this.#resume = done;
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Later in this turn of the event loop there may be more to write.
    setImmediate(() => this.#compress());
  }

  /** One batch at a time is in zlib's hands; the next one gathers. */
  #compress(): void {
    if (this.destroyed) return;
    if (this.#pending.length === 0) {
      this.#scheduled = false;
      this.#idle?.();
      return;
    }
    const batch = Buffer.concat(this.#pending, this.#pendingBytes);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#deflate.write(batch, () => this.#compress());
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  override _final(done: () => void): void {
    if (this.#scheduled) this.#idle = () => this.#finish(done);
    else this.#finish(done);
  }

  #finish(done: () => void): void {
    this.#deflate.once("end", () => {
      // A destroyed stream would never call back.
      if (this.#under.destroyed) done();
      else this.#under.end(() => done());
    });
    this.#deflate.end();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#under.destroy();
    this.#deflate.destroy();
    this.#input.destroy();
    done(error);
  }
}
