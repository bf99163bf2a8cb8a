// Numbers as the wire has them, and the one way to say that a response makes no sense.

import { InterimapError } from "../../model/errors.ts";
import { parseModSeq } from "../../model/mod-seq.ts";
import { printable } from "../../model/printable.ts";

const maxNumber32 = 0xffff_ffff;

/** RFC 3501 section 9, number. Throws PROTOCOL naming the item. */
export function parseNumber(digits: string, item: string): number {
  const value = parseSize(digits, item);
  if (value > maxNumber32) throw invalidItem(item, digits);
  return value;
}

/** RFC 3501 section 9, nz-number: what UIDs, UIDNEXT and UIDVALIDITY are. Throws PROTOCOL naming the item. */
export function parseNonZero(digits: string, item: string): number {
  const value = parseNumber(digits, item);
  if (value === 0) throw invalidItem(item, digits);
  return value;
}

/** RFC 9051 allows message sizes of 63 bits; what a number cannot hold exactly is no message we could carry. */
export function parseSize(digits: string, item: string): number {
  const value = /^[0-9]{1,16}$/.test(digits) ? Number(digits) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw invalidItem(item, digits);
}

/** RFC 7162 section 7, mod-sequence-valzer: zero says that the mailbox has none. Throws PROTOCOL naming the item. */
export function parseHighestModSeq(digits: string, item: string): bigint {
  try {
    return parseModSeq(digits);
  } catch {
    throw invalidItem(item, digits);
  }
}

/** RFC 7162 section 7, mod-sequence-value of a message. Throws PROTOCOL naming the item. */
export function parseMessageModSeq(digits: string, item: string): bigint {
  const value = parseHighestModSeq(digits, item);
  if (value === 0n) throw invalidItem(item, digits);
  return value;
}

export function invalidItem(item: string, value: string): InterimapError {
  return new InterimapError("PROTOCOL", `the server sent an invalid ${item}: "${excerpt(value)}"`);
}

/** `line` holds no literals; the quoted strings of a FETCH are left out, as they can be parts of a message. */
export function notUnderstood(line: string, cause?: unknown): InterimapError {
  const shown = /^\* [0-9]+ FETCH /i.test(line) ? line.split('"', 1)[0]! : line;
  return new InterimapError("PROTOCOL", `the server sent a line that cannot be understood: "${excerpt(shown)}"`, {
    cause,
  });
}

function excerpt(text: string): string {
  return printable(text.slice(0, 80)).slice(0, 80);
}
