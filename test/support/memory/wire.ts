// Two ends of a connection without a system between them: what one writes, the other reads.

import { Duplex } from "node:stream";

class End extends Duplex {
  readonly #onOctets: (count: number) => void;
  other: End | undefined;
  /** The other end has read all that was written. */
  #taken: (() => void) | undefined;

  constructor(onOctets: (count: number) => void) {
    super({ allowHalfOpen: false, emitClose: true });
    this.#onOctets = onOctets;
  }

  override _read(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    const { other } = this;
    this.#onOctets(chunk.length);
    // As over a network, nothing arrives in the turn in which it is sent.
    setImmediate(() => {
      if (other === undefined || other.destroyed || other.push(chunk)) done();
      else other.#taken = done;
    });
  }

  override _final(done: () => void): void {
    setImmediate(() => {
      if (this.other?.destroyed === false) this.other.push(null);
      done();
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { other } = this;
    setImmediate(() => {
      if (other?.destroyed === false) other.push(null);
    });
    done(error);
  }
}

/** `onOctets` is told of all that is written at either end. */
export function wire(onOctets: (count: number) => void = () => undefined): readonly [Duplex, Duplex] {
  const [one, other] = [new End(onOctets), new End(onOctets)];
  [one.other, other.other] = [other, one];
  return [one, other];
}
