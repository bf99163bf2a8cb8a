// Answers that go on for hours.

import { Socket } from "node:net";
import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";

/** Who reads nothing for so long has gone, whatever the connection says. */
const stallMs = 120_000;

export interface LongAnswer {
  readonly contentType: string;
  /** Ends soon after the signal is aborted. */
  readonly parts: (signal: AbortSignal) => AsyncGenerator<string>;
  /** Called once, when nobody reads any more. */
  readonly onEnd?: () => void;
}

/** Sends the parts as they come, and no sooner than they are read. */
export async function sendLong(
  request: FastifyRequest,
  reply: FastifyReply,
  { contentType, parts, onEnd }: LongAnswer,
): Promise<FastifyReply> {
  void reply.header("x-accel-buffering", "no").type(contentType);
  if (request.method === "HEAD") {
    onEnd?.();
    return reply.send();
  }
  const gone = new AbortController();
  const leave = (): void => {
    if (gone.signal.aborted) return;
    gone.abort();
    onEnd?.();
  };
  // Nothing may come for a long time; what does come has to be read.
  const { socket } = request.raw;
  // A test that makes a request without a network has none.
  if (socket instanceof Socket) socket.setTimeout(0);
  reply.raw.once("close", leave);
  if (socket.destroyed) leave();
  const stream = Readable.from(
    unlessStalled(parts(gone.signal), () => reply.raw.destroy()),
    { highWaterMark: 2 },
  );
  stream.once("close", leave);
  return reply.send(stream);
}

async function* unlessStalled(parts: AsyncGenerator<string>, onStall: () => void): AsyncGenerator<Buffer> {
  for await (const part of parts) {
    const timer = setTimeout(onStall, stallMs);
    try {
      yield Buffer.from(part, "utf8");
    } finally {
      clearTimeout(timer);
    }
  }
}
