// Reads FETCH responses that contain only the flags of a message, in place, without a string or an object for each. Servers
// without mod-sequences send one for every message of a mailbox, in every run. Lines that do not fit exactly are left to
// parse-response.ts, with which this must agree.

import { internFlagList } from "./flag-lists.ts";

/** Messages whose numbers and UIDs follow one another, and whose flags are the same list. */
export interface FlagRun {
  /** Of the first of them. */
  readonly sequence: number;
  readonly first: number;
  readonly last: number;
  readonly flags: readonly string[];
}

/** Returns whether the run was taken; otherwise its responses are read again, like any others. */
export type TakeFlags = (run: FlagRun) => boolean;

export interface FlagLinesRead {
  /** How many responses were taken. */
  readonly taken: number;
  /** Where they end. */
  readonly position: number;
  /** Where the responses end that were read. Those between the two places were not taken. */
  readonly end: number;
}

/** The text of a line around its UID, which it shares with those of other messages. */
interface Pattern {
  /** After the message's number. */
  readonly before: Buffer;
  readonly behind: Buffer;
  readonly flags: readonly string[];
}

const maxNumber = 0xffff_ffff;
const maxDigits = 10;
const maxLine = 1024;
/** Comparing with one takes little time, and many mailboxes have no more. */
const mostPatterns = 16;

const beginning = Buffer.from("* ", "latin1");
const usual =
  /^\* [0-9]{1,10}(?<before> FETCH \((?:UID |FLAGS \((?<first>[^()]*)\) UID ))[0-9]{1,10}(?<behind>(?: FLAGS \((?<last>[^()]*)\))?\)\r\n)$/;

/** The latest come first. */
const patterns: Pattern[] = [];

/**
 * Reads `* n FETCH (UID u FLAGS (...))`, or the same with the flags first, as long as one line follows another in `chunk` and
 * each is taken.
 */
export function readFlagLines(chunk: Buffer, start: number, take: TakeFlags): FlagLinesRead {
  const cursor = new Cursor(chunk, start);
  let [taken, position] = [0, start];
  let isLine = cursor.readLine();
  while (isLine) {
    const { sequence, uid: first, flags } = cursor;
    let [last, end] = [first, cursor.position];
    for (;;) {
      isLine = cursor.readLine();
      if (!isLine || cursor.flags !== flags || cursor.uid !== last + 1) break;
      if (cursor.sequence !== sequence + cursor.uid - first) break;
      last++;
      end = cursor.position;
    }
    if (!take({ sequence, first, last, flags })) return { taken, position, end };
    taken += last - first + 1;
    position = end;
  }
  return { taken, position, end: position };
}

class Cursor {
  // As the last line said.
  sequence = 0;
  uid = 0;
  flags: readonly string[] = [];
  position: number;
  readonly #chunk: Buffer;

  constructor(chunk: Buffer, position: number) {
    this.#chunk = chunk;
    this.position = position;
  }

  /** False if there is no such line. */
  readLine(): boolean {
    const start = this.position;
    if (!this.#skip(beginning)) return false;
    const sequence = this.#number();
    if (sequence === 0) return false;
    this.sequence = sequence;
    const behindNumber = this.position;
    for (let i = 0; i < patterns.length; i++) {
      const pattern = patterns[i]!;
      if (this.#fits(pattern)) {
        if (i > 0) moveToFront(i);
        return true;
      }
      this.position = behindNumber;
    }
    const pattern = patternOf(this.#chunk, start);
    if (pattern === undefined) return false;
    if (patterns.unshift(pattern) > mostPatterns) patterns.pop();
    return this.#fits(pattern);
  }

  #fits({ before, behind, flags }: Pattern): boolean {
    if (!this.#skip(before)) return false;
    const uid = this.#number();
    if (uid === 0 || !this.#skip(behind)) return false;
    this.uid = uid;
    this.flags = flags;
    return true;
  }

  #skip(octets: Buffer): boolean {
    const { position } = this;
    const chunk = this.#chunk;
    const { length } = octets;
    if (position + length > chunk.length) return false;
    for (let i = 0; i < length; i++) if (chunk[position + i] !== octets[i]) return false;
    this.position = position + length;
    return true;
  }

  /** Zero if there is none, or if it has more than 32 bits. */
  #number(): number {
    const chunk = this.#chunk;
    const most = Math.min(chunk.length, this.position + maxDigits);
    let value = 0;
    let at = this.position;
    for (; at < most; at++) {
      const digit = chunk[at]! - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    this.position = at;
    return value > maxNumber ? 0 : value;
  }
}

function moveToFront(place: number): void {
  const [pattern] = patterns.splice(place, 1);
  patterns.unshift(pattern!);
}

/** Undefined if the line contains anything else, or has not arrived as a whole. */
function patternOf(chunk: Buffer, start: number): Pattern | undefined {
  const end = chunk.indexOf("\n", start) + 1;
  if (end === 0 || end - start > maxLine) return undefined;
  const { before = "", behind = "", first, last } = usual.exec(chunk.toString("latin1", start, end))?.groups ?? {};
  // Both, or neither: an answer that says nothing, or everything twice.
  if ((first === undefined) === (last === undefined)) return undefined;
  const flags = internFlagList(first ?? last ?? "");
  return flags && { before: Buffer.from(before, "latin1"), behind: Buffer.from(behind, "latin1"), flags };
}
