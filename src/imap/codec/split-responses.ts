// Turns bytes into whole responses. Finds where lines and literals end, but knows nothing of what they mean. No I/O.

import { InterimapError } from "../../model/errors.ts";
import { announcedSize, isFetch, lengthWithoutEnd } from "./announced-literal.ts";
import { readFlagLines, type TakeFlags } from "./flag-lines.ts";
import { LiteralSpace } from "./literal-space.ts";
import type { RawResponse } from "./raw-response.ts";
import { type ResponseLimits, tooMuch, trustingLimits } from "./response-limits.ts";

/** No message is larger. Waiting for that much would mean waiting for ever. */
const longestPassed = 2 ** 30;
/** Anybody may send a literal of that size at any time. */
const smallLiteral = 4096;

const nothing: Buffer = Buffer.alloc(0);
const noLiterals: readonly Buffer[] = [];
const nothingTaken = { taken: 0, octets: 0 } as const;

/** Takes chunks and returns responses, in wire order. Never looks beyond the response that it returned last. */
export class ResponseSplitter {
  #limits: ResponseLimits;
  /** The octets that count towards these limits so far. */
  #total = 0;
  #chunk = nothing;
  /** How much of #chunk has been read. */
  #position = 0;
  /** Responses up to here contain only flags, but were not taken. */
  #refused = 0;

  // The parts of the current response that have arrived.
  /** Its complete lines, each of which announces a literal. */
  #lines = "";
  #line = "";
  /** What can be told from how a line begins that came in parts; it is long, and to look at all of it takes time. */
  #beginning = "";
  #literals: Buffer[] = [];
  /** The size of the literal that has not all arrived, but may still come in one piece with what has. */
  #awaited: number | undefined;
  /** The literal that arrives in pieces, and how much of it has arrived. */
  #literal: Buffer | undefined;
  #filled = 0;
  /** The octets of all literals announced. */
  #announced = 0;
  /** How much is left of a literal that is skipped, and how much there was of all of them. */
  #unwanted = 0;
  #passedOver = 0;
  readonly #mayCome: (octets: number) => boolean;
  readonly #space = new LiteralSpace();

  /** `mayCome`: whether somebody expects a literal of that size; otherwise it is skipped. */
  constructor(limits: ResponseLimits = trustingLimits, mayCome: (octets: number) => boolean = () => true) {
    this.#limits = limits;
    this.#mayCome = mayCome;
  }

  limit(limits: ResponseLimits): void {
    this.#limits = limits;
    this.#total = 0;
  }

  /**
   * Grows while an incomplete response arrives, if that may take long: with messages, and with lists of UIDs once they are
   * rather long. Any other line is short, and arrives as a whole.
   */
  get arriving(): number {
    if (this.#announced > 0) {
      return isFetch.test(this.#lines) ? this.#announced - this.#unwanted - this.#missing : 0;
    }
    return uidList.test(this.#beginning) ? Math.floor(this.#line.length / 4096) : 0;
  }

  get #missing(): number {
    if (this.#awaited !== undefined) return this.#awaited - (this.#chunk.length - this.#position);
    return this.#literal === undefined ? 0 : this.#literal.length - this.#filled;
  }

  /** The chunk is kept as it is, because of literals, and must not change any more. */
  give(chunk: Buffer): void {
    this.#total += chunk.length;
    const rest = this.surplus();
    this.#position = 0;
    this.#refused = 0;
    if (rest.length === 0) this.#chunk = chunk;
    else if (isBehind(chunk, rest)) this.#chunk = Buffer.from(rest.buffer, rest.byteOffset, rest.length + chunk.length);
    else if (this.#awaited === undefined) this.#chunk = Buffer.concat([rest, chunk]);
    else {
      this.#collect(this.#awaited, rest);
      this.#chunk = chunk;
    }
  }

  /** The next complete response; empty lines are skipped. Throws PROTOCOL if a limit is exceeded. */
  next(): RawResponse | undefined {
    if (this.#total > (this.#limits.total ?? Infinity)) throw tooMuch("total", this.#limits);
    while (this.#position < this.#chunk.length) {
      if (this.#awaited !== undefined) {
        if (!this.#take(this.#awaited)) return undefined;
      } else if (this.#unwanted > 0) {
        this.#pass();
      } else if (this.#literal !== undefined) {
        this.#fill(this.#literal);
      } else if (this.#readLine()) {
        const size = announcedSize(this.#line, this.#lines);
        if (size !== undefined) {
          this.#begin(size);
        } else {
          const response = this.#complete();
          if (response.line !== "") return response;
        }
      }
    }
    this.#chunk = nothing;
    this.#position = 0;
    return undefined;
  }

  /**
   * Passes the next responses on as long as they contain only flags and are taken. Returns how many were taken, and their
   * octets without line ends.
   */
  nextFlags(take: TakeFlags): { readonly taken: number; readonly octets: number } {
    const start = this.#position;
    if (start < this.#refused || this.#line !== "" || this.#lines !== "") return nothingTaken;
    const { taken, position, end } = readFlagLines(this.#chunk, start, take);
    this.#refused = end;
    this.#position = position;
    return { taken, octets: position - start - 2 * taken };
  }

  /** What was put in and lies behind the response that was returned last. */
  surplus(): Buffer {
    return this.#chunk.subarray(this.#position);
  }

  /** True at the end of the line. Every octet is looked at once, however small the chunks are. */
  #readLine(): boolean {
    const lineFeed = this.#chunk.indexOf(0x0a, this.#position);
    const end = lineFeed < 0 ? this.#chunk.length : lineFeed + 1;
    const length = this.#lines.length + this.#line.length + end - this.#position;
    if (length > this.#limits.line && !this.#mayBeSoLong(length)) throw tooMuch("line", this.#limits);
    if (lineFeed < 0 && this.#beginning.length < beginningLength) this.#beginning += this.#upTo(end);
    this.#line += this.#chunk.toString("latin1", this.#position, end);
    this.#position = end;
    return lineFeed >= 0;
  }

  #mayBeSoLong(length: number): boolean {
    const { list = 0 } = this.#limits;
    if (!uidList.test(this.#beginning + this.#upTo(this.#chunk.length))) return false;
    if (length > list) throw tooMuch("list", this.#limits);
    return true;
  }

  #upTo(end: number): string {
    return this.#chunk.toString("latin1", this.#position, Math.min(end, this.#position + beginningLength));
  }

  #begin(size: number): void {
    const isTooLarge = size > this.#limits.literal;
    const isUnwanted = isTooLarge || (size > smallLiteral && !this.#mayCome(size));
    const mayBePassed = isUnwanted && isFetch.test(this.#lines + this.#line) && size <= longestPassed;
    // A stranger has no message for us.
    if (isTooLarge && !(mayBePassed && this.#limits.total === undefined)) throw tooMuch("literal", this.#limits);
    if (isUnwanted && !mayBePassed) throw unwanted();
    this.#lines += isUnwanted ? this.#line.replace(/~?\{[0-9]+\}\r?\n$/, "NIL") : this.#line;
    this.#line = "";
    this.#announced += size;
    if (this.#lines.length + this.#announced - (isUnwanted ? size : 0) - this.#passedOver > this.#limits.response)
      throw tooMuch("response", this.#limits);
    if (isUnwanted) {
      this.#unwanted = size;
      this.#passedOver += size;
    } else {
      this.#awaited = size;
    }
  }

  /** False while the rest of it may still arrive right after what is there. It keeps the memory alive in which it came. */
  #take(size: number): boolean {
    const end = this.#position + size;
    const isThere = end <= this.#chunk.length;
    if (!isThere && this.#chunk.byteOffset + end <= this.#chunk.buffer.byteLength) return false;
    if (isThere) {
      this.#keep(this.#chunk.subarray(this.#position, end));
      this.#position = end;
      this.#awaited = undefined;
    } else {
      this.#collect(size, this.surplus());
      this.#position = this.#chunk.length;
    }
    return true;
  }

  /** From now on, it arrives in pieces; the first of them is there. */
  #collect(size: number, piece: Buffer): void {
    this.#awaited = undefined;
    this.#literal = this.#space.take(size);
    this.#filled = piece.copy(this.#literal);
  }

  #pass(): void {
    const passed = Math.min(this.#unwanted, this.#chunk.length - this.#position);
    this.#unwanted -= passed;
    this.#position += passed;
  }

  #fill(literal: Buffer): void {
    const copied = this.#chunk.copy(literal, this.#filled, this.#position);
    this.#filled += copied;
    this.#position += copied;
    if (this.#filled < literal.length) return;
    this.#keep(literal);
    this.#literal = undefined;
  }

  /** Most responses have one, or none. */
  #keep(literal: Buffer): void {
    if (this.#literals.length === 0) this.#literals = [literal];
    else this.#literals.push(literal);
  }

  #complete(): RawResponse {
    const whole = this.#lines + this.#line;
    const line = whole.slice(0, lengthWithoutEnd(whole));
    const literals = this.#literals;
    const passedOver = this.#passedOver;
    this.#passedOver = 0;
    this.#lines = "";
    this.#line = "";
    this.#beginning = "";
    this.#announced = 0;
    if (literals.length > 0) this.#literals = [];
    const whatCame = literals.length === 0 ? noLiterals : literals;
    return passedOver > 0 ? { line, literals: whatCame, passedOver } : { line, literals: whatCame };
  }
}

function isBehind(chunk: Buffer, before: Buffer): boolean {
  return chunk.buffer === before.buffer && chunk.byteOffset === before.byteOffset + before.length;
}

const beginningLength = 64;
/** RFC 7162 3.2.10, RFC 4731 3.1, RFC 3501 7.2.5; in tagged answers, RFC 7162 3.1.3. */
const uidList = /^(?:\* (?:VANISHED|ESEARCH|SEARCH)|\S{1,32} (?:OK|NO) \[MODIFIED) /i;

function unwanted(): InterimapError {
  return new InterimapError("PROTOCOL", "the server sent a literal that nobody asked for");
}
