// Turns bytes into responses, in wire order. split-responses.ts finds where a response ends, and parse-response.ts what it
// says; this file applies both to a stream. It touches nothing beyond the current response, so that everything after it is
// still there when the bytes begin to travel differently.

import type { Readable } from "node:stream";
import { InterimapError } from "../../model/errors.ts";
import type { Response } from "../responses.ts";
import type { TakeFlags } from "./flag-lines.ts";
import { endsInMarker, markedAsRest } from "./marker-in-text.ts";
import { parseResponse } from "./parse-response.ts";
import type { RawResponse } from "./raw-response.ts";
import { type ResponseLimits, responseOverhead, tooMuch, trustingLimits } from "./response-limits.ts";
import { ResponseSplitter } from "./split-responses.ts";

const nothing: Buffer = Buffer.alloc(0);
const asterisk = 0x2a;
/** Responses that end a command, after which the server may send as much again. */
const answer = /^[^ ]{1,40} (?:OK|NO|BAD)(?: |$)/i;
/** Literals up to this size count as octets between two answers: they may come unasked, in any number. */
const countedLiteral = 64 * 1024;

export interface ResponseHandlers {
  /** Called once for each response, in wire order. Errors that it throws go to onError. */
  onResponse(response: Response): void;
  /**
   * Takes responses that contain only the flags of a message, before they become objects. Responses that it does not take are
   * delivered like all others. Undefined: nobody takes them now.
   */
  flagTaker?(): TakeFlags | undefined;
  /** For the traffic log: a response without the contents of its literals, before it is parsed. */
  onLine?(line: Buffer): void;
  /** Whether somebody expects a literal of that size. If not, and it belongs to a FETCH response, it is skipped. */
  mayCome?(octets: number): boolean;
  /** The next response to be delivered probably contains text of a message. */
  onText?(): void;
  /**
   * Called when everything that has arrived so far was delivered. The number grows while a response arrives in parts, but not
   * for each few octets of a line.
   */
  onRead?(arriving: number): void;
  /** PROTOCOL: nothing more is read. */
  onError(error: Error): void;
  /** The stream ended or was closed, and everything from it has been delivered. */
  onEnd(): void;
}

/** Reads one stream at a time. Errors of the stream itself are left to its owner. */
export class ResponseReader {
  readonly #handlers: ResponseHandlers;
  #limits: ResponseLimits;
  #feed: Feed | undefined;

  constructor(handlers: ResponseHandlers, limits = trustingLimits) {
    this.#handlers = handlers;
    this.#limits = limits;
  }

  /** The limits for the server from now on. */
  limit(limits: ResponseLimits): void {
    this.#limits = limits;
    this.#feed?.limit(limits);
  }

  /** Begins to read. Detach the former stream first, if there is one. */
  attach(stream: Readable): void {
    if (this.#feed !== undefined) throw new InterimapError("BUG", "a stream is still attached to the response reader");
    this.#feed = new Feed(stream, this.#handlers, this.#limits);
  }

  /**
   * Ends reading at once and returns what has already arrived after the last response delivered. This is complete only if
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
  readonly #splitter: ResponseSplitter;
  #limits: ResponseLimits;
  /** Octets since a command was answered. */
  #unanswered = 0;
  /** A response is being handled, or awaited from the general parser. */
  #isBusy = false;
  /** The last line ended in the marker of a literal in a place where there can be none. */
  #endsInMarker = false;
  #hasEnded = false;
  #isStopped = false;

  constructor(source: Readable, handlers: ResponseHandlers, limits: ResponseLimits) {
    this.#splitter = new ResponseSplitter(limits, (octets) => handlers.mayCome?.(octets) ?? true);
    this.#source = source;
    this.#handlers = handlers;
    this.#limits = limits;
    source.on("data", this.#receive).on("end", this.#sourceEnded).on("close", this.#sourceEnded);
    source.resume();
    // Such a stream has no events left that would say so.
    if (source.destroyed || source.readableEnded) process.nextTick(this.#sourceEnded);
  }

  limit(limits: ResponseLimits): void {
    this.#limits = limits;
    this.#splitter.limit(limits);
  }

  stop(): Buffer {
    this.#isStopped = true;
    this.#source.off("data", this.#receive).off("end", this.#sourceEnded).off("close", this.#sourceEnded);
    // Without a listener, the stream would flow on, and its octets would be lost.
    this.#source.pause();
    const unread = this.#read();
    return unread === null ? this.#splitter.surplus() : Buffer.concat([this.#splitter.surplus(), unread]);
  }

  readonly #receive = (chunk: Buffer): void => {
    this.#splitter.give(chunk);
    if (!this.#isBusy) this.#deliver();
  };

  /** Reads all complete responses, or those up to a response that needs the general parser. */
  #deliver(): void {
    this.#isBusy = true;
    try {
      for (;;) {
        this.#deliverFlags();
        const raw = this.#splitter.next();
        if (raw === undefined) break;
        this.#count(raw);
        this.#handlers.onLine?.(Buffer.from(raw.line, "latin1"));
        if (bringsText(raw)) this.#handlers.onText?.();
        const isRest = this.#endsInMarker;
        this.#endsInMarker = endsInMarker(raw.line);
        const response = isRest ? markedAsRest(parsed(raw)) : parsed(raw);
        if (response instanceof Promise) {
          this.#wait(response);
          return;
        }
        this.#handlers.onResponse(response);
        if (this.#isStopped) return;
      }
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    this.#isBusy = false;
    this.#goOn();
  }

  #deliverFlags(): void {
    const take = this.#handlers.onLine === undefined ? this.#handlers.flagTaker?.() : undefined;
    if (take === undefined) return;
    const { taken, octets } = this.#splitter.nextFlags(take);
    if (taken === 0) return;
    this.#endsInMarker = false;
    this.#add(octets + taken * responseOverhead);
  }

  /** An answer without an end would fill the memory, whether requested or not. Messages have bounds of their own. */
  #count({ line, literals }: RawResponse): void {
    if (line.charCodeAt(0) !== asterisk && answer.test(line)) {
      this.#unanswered = 0;
      return;
    }
    let octets = line.length + responseOverhead;
    if (literals.length > 0) for (const { length } of literals) if (length <= countedLiteral) octets += length;
    this.#add(octets);
  }

  #add(octets: number): void {
    this.#unanswered += octets;
    if (this.#unanswered > (this.#limits.unanswered ?? Infinity)) throw tooMuch("unanswered", this.#limits);
  }

  /** Nothing may overtake the response or pile up behind it. */
  #wait(response: Promise<Response>): void {
    this.#source.pause();
    response
      .then((parsed) => {
        if (this.#isStopped) return;
        this.#handlers.onResponse(parsed);
        if (!this.#isStopped) this.#deliver();
      })
      .catch(this.#fail);
  }

  #goOn(): void {
    this.#handlers.onRead?.(this.#splitter.arriving);
    if (!this.#hasEnded) {
      this.#source.resume();
      return;
    }
    // A stream that was destroyed may hold what arrived before, and has no events left to hand it over.
    const rest = this.#read();
    if (rest !== null) {
      this.#receive(rest);
    } else {
      this.stop();
      this.#handlers.onEnd();
    }
  }

  readonly #sourceEnded = (): void => {
    this.#hasEnded = true;
    this.#source.off("data", this.#receive);
    if (!this.#isBusy) this.#goOn();
  };

  readonly #fail = (error: Error): void => {
    if (this.#isStopped) return;
    this.stop();
    this.#handlers.onError(error);
  };

  #read(): Buffer | null {
    return this.#source.read() as Buffer | null;
  }
}

/** A line that is too deep or too long for our parsers is still the server's fault. */
function parsed(raw: RawResponse): Response | Promise<Response> {
  try {
    const response = parseResponse(raw.line, raw.literals);
    if (response instanceof Promise) return response.then((later) => withPassedOver(later, raw), unreadable);
    return raw.passedOver === undefined ? response : withPassedOver(response, raw);
  } catch (error) {
    return unreadable(error);
  }
}

/** Names of mailboxes are literals, too. */
function bringsText({ line, literals, passedOver }: RawResponse): boolean {
  return (literals.length > 0 || passedOver !== undefined) && !/^\* (?:LIST|LSUB|STATUS) /i.test(line);
}

function withPassedOver(response: Response, { passedOver }: RawResponse): Response {
  return response.kind === "fetch" && passedOver !== undefined ? { ...response, passedOver } : response;
}

function unreadable(error: unknown): never {
  if (error instanceof InterimapError) throw error;
  throw new InterimapError("PROTOCOL", "the server sent a response that cannot be read", { cause: error });
}
