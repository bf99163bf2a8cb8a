// Where octets leave: those of one moment together. And whether the other side takes them in, as far as can be seen.

import type { Transport } from "../transport/transport.ts";

export class Outlet {
  transport: Transport;
  readonly #onProgress: () => void;
  /** As counted when {@link isSending} was asked last, or something left. */
  #octetsSent: number | undefined;

  constructor(transport: Transport, onProgress: () => void) {
    this.transport = transport;
    this.#onProgress = onProgress;
  }

  /**
   * Commands of the same moment leave in one packet, and their answers come in one. In several, an answer would wait until
   * the one before it is acknowledged (RFC 896), which may take 40 ms.
   */
  gather(): void {
    const { stream } = this.transport;
    if (stream.writableCorked > 0) return;
    stream.cork();
    process.nextTick(() => {
      stream.uncork();
    });
  }

  /** Strings are octets (latin1). */
  write(chunks: readonly (string | Buffer)[]): void {
    const { stream } = this.transport;
    for (const chunk of chunks.slice(0, -1)) {
      if (typeof chunk === "string") stream.write(chunk, "latin1");
      else stream.write(chunk);
    }
    stream.write(chunks.at(-1) ?? "", "latin1", this.noteProgress);
  }

  writeLine(line: string): void {
    this.transport.stream.write(`${line}\r\n`, "latin1");
  }

  /** Nothing follows. Resolves when all has left. */
  end(): Promise<void> {
    return new Promise((resolve) => {
      this.transport.stream.end(resolve);
    });
  }

  /** `dropping`: also what was written already and the system has not sent yet, which it would do after all. */
  close(how: "dropping" | "sending"): void {
    if (how === "dropping") this.transport.abort?.();
    this.transport.stream.destroy();
  }

  readonly noteProgress = (): void => {
    this.#octetsSent = this.transport.octetsSent?.();
    this.#onProgress();
  };

  /** Something left since this was asked last, or, where octets cannot be counted, something is still to leave. */
  isSending(): boolean {
    const { stream, octetsSent } = this.transport;
    const sent = octetsSent?.();
    const isSending = sent === undefined ? stream.writableLength > 0 : sent !== this.#octetsSent;
    this.#octetsSent = sent;
    return isSending;
  }

  /** All that was written has left, as far as can be seen. */
  isOut(): boolean {
    const { stream, isOut } = this.transport;
    return stream.writableLength === 0 && isOut?.() !== false;
  }
}
