// Bytes to responses, in wire order. imapflow's ImapStream finds lines and literals; it is fed one line or literal at a
// time, so that what lies beyond the line at hand is still ours when the bytes begin to travel differently.

import type { Readable } from "node:stream";
import { ImapStream } from "imapflow/lib/handler/imap-stream.js";
import type { ImapStreamItem } from "imapflow/lib/handler/types.js";
import { InterimapError } from "../../model/errors.ts";
import type { Response } from "../responses.ts";
import { parseResponse } from "./parse-response.ts";

// A server may send no end of line at all. VANISHED and ESEARCH lines are the longest of all: every other one of four
// million UIDs fits.
const maxLineLength = 16 * 1024 * 1024;

// No server takes messages that large; a Buffer of twice the size can still be allocated.
const maxLiteralSize = 1024 * 1024 * 1024;

// A response has a message, header fields and little else.
const maxResponseSize = maxLiteralSize + 2 * maxLineLength;

// Without one ImapStream makes its own, on standard output.
const ignore = (): void => undefined;
const silent = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore };

const nothing: Buffer = Buffer.alloc(0);

export interface ResponseHandlers {
  /** Called once for each response, in wire order. What it throws goes to onError. */
  onResponse(response: Response): void;
  /** For the traffic log: a response without the contents of its literals, before it is parsed. */
  onLine?(line: Buffer): void;
  /** PROTOCOL: nothing more is read. */
  onError(error: Error): void;
  /** The stream ended or was closed, and all it brought has been delivered. */
  onEnd(): void;
}

/** Reads one stream at a time. Errors of the stream itself are left to its owner. */
export class ResponseReader {
  readonly #handlers: ResponseHandlers;
  #feed: Feed | undefined;

  constructor(handlers: ResponseHandlers) {
    this.#handlers = handlers;
  }

  /** Begins to read. Detach the stream before it, if any, first. */
  attach(stream: Readable): void {
    if (this.#feed !== undefined) throw new InterimapError("BUG", "a stream is still attached to the response reader");
    this.#feed = new Feed(stream, this.#handlers);
  }

  /**
   * Ends reading at once and returns what has already arrived behind the last response delivered. Complete only when
   * called from within onResponse; otherwise a response that has arrived in part is lost.
   */
  detach(): Buffer {
    const surplus = this.#feed?.stop() ?? nothing;
    this.#feed = undefined;
    return surplus;
  }
}

class Feed {
  readonly #source: Readable;
  readonly #handlers: ResponseHandlers;
  readonly #splitter = new ImapStream({ logger: silent, maxLineLength, maxLiteralSize, maxResponseSize });
  #chunk = nothing;
  /** How much of #chunk the splitter has been given. */
  #position = 0;
  #isSplitting = false;
  #hasEnded = false;
  #isStopped = false;

  constructor(source: Readable, handlers: ResponseHandlers) {
    this.#source = source;
    this.#handlers = handlers;
    this.#splitter.on("data", this.#parse).on("error", this.#splitterFailed);
    // Not "data" events: reading on demand holds back a server that sends faster than we parse.
    source.on("readable", this.#pump).on("end", this.#sourceEnded).on("close", this.#sourceEnded);
    // Such a stream has no events left to tell so.
    if (source.destroyed || source.readableEnded) process.nextTick(this.#sourceEnded);
  }

  stop(): Buffer {
    this.#isStopped = true;
    this.#source.off("readable", this.#pump).off("end", this.#sourceEnded).off("close", this.#sourceEnded);
    this.#splitter.destroy();
    const surplus = [this.#chunk.subarray(this.#position)];
    for (let chunk = this.#read(); chunk !== null; chunk = this.#read()) surplus.push(chunk);
    return Buffer.concat(surplus);
  }

  readonly #pump = (): void => {
    if (this.#isStopped || this.#isSplitting || this.#splitter.destroyed) return;
    if (this.#position === this.#chunk.length) {
      const chunk = this.#read();
      if (chunk === null) {
        this.#chunk = nothing;
        this.#position = 0;
        if (this.#hasEnded) this.#end();
        return;
      }
      this.#chunk = chunk;
      this.#position = 0;
    }
    const start = this.#position;
    this.#position = endOfPiece(this.#chunk, start, this.#splitter.literalWaiting);
    this.#isSplitting = true;
    this.#splitter.write(this.#chunk.subarray(start, this.#position), this.#pieceSplit);
  };

  readonly #pieceSplit = (): void => {
    this.#isSplitting = false;
    this.#pump();
  };

  readonly #parse = (item: ImapStreamItem): void => {
    if (this.#isStopped) return;
    try {
      this.#handlers.onLine?.(item.payload);
      const response = parseResponse(item.payload.toString("latin1"), item.literals);
      if (response instanceof Promise) {
        // The splitter waits for item.next(), so nothing overtakes this response.
        response.then((parsed) => {
          this.#deliver(parsed, item);
        }, this.#fail);
      } else {
        this.#deliver(response, item);
      }
    } catch (error) {
      this.#fail(error as Error);
    }
  };

  #deliver(response: Response, item: ImapStreamItem): void {
    if (this.#isStopped) return;
    try {
      this.#handlers.onResponse(response);
    } catch (error) {
      this.#fail(error as Error);
    }
    item.next();
  }

  readonly #sourceEnded = (): void => {
    this.#hasEnded = true;
    this.#pump();
  };

  readonly #splitterFailed = (error: NodeJS.ErrnoException): void => {
    this.#fail(limitExceeded(error));
  };

  readonly #fail = (error: Error): void => {
    if (this.#isStopped) return;
    this.stop();
    this.#handlers.onError(error);
  };

  #end(): void {
    this.stop();
    this.#handlers.onEnd();
  }

  #read(): Buffer | null {
    return this.#source.read() as Buffer | null;
  }
}

/** A line or what there is of it, or as much of a literal as there is. */
function endOfPiece(chunk: Buffer, start: number, literalWaiting: number): number {
  if (literalWaiting > 0) return Math.min(chunk.length, start + literalWaiting);
  const lineFeed = chunk.indexOf(0x0a, start);
  return lineFeed < 0 ? chunk.length : lineFeed + 1;
}

function limitExceeded(cause: NodeJS.ErrnoException): Error {
  const what = new Map([
    ["LineTooLarge", `a line of more than ${maxLineLength / 1024 ** 2} MiB`],
    ["LiteralTooLarge", `a literal of more than ${maxLiteralSize / 1024 ** 3} GiB`],
    ["ResponseTooLarge", `a response of more than ${maxResponseSize / 1024 ** 2} MiB`],
  ]).get(cause.code ?? "");
  return what === undefined ? cause : new InterimapError("PROTOCOL", `the server sent ${what}`, { cause });
}
