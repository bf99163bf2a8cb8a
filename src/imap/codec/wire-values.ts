// Numbers as they are on the wire, and the ways to say that a response makes no sense.

import type { UnreadableResponse } from "../responses.ts";
import { withoutMessageText } from "./message-text.ts";

const maxNumber32 = 0xffff_ffff;

/** RFC 3501 section 9, number; undefined for anything else. */
export function readNumber(digits: string): number | undefined {
  const value = readSize(digits);
  return value === undefined || value > maxNumber32 ? undefined : value;
}

/** RFC 3501 section 9, nz-number: what UIDs, UIDNEXT and UIDVALIDITY are; undefined for anything else. */
export function readNonZero(digits: string): number | undefined {
  const value = readNumber(digits);
  return value === 0 ? undefined : value;
}

/** RFC 9051 allows message sizes of 63 bits. If a number cannot hold the size exactly, we could not carry the message. */
export function readSize(digits: string): number | undefined {
  const value = /^[0-9]{1,16}$/.test(digits) ? Number(digits) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** As a pattern: RFC 3501 section 9, quoted. */
export const quotedString = String.raw`"(?:[^"\\\r\n]|\\["\\])*"`;

/** The text of a quoted string; text that is not quoted is returned as it is. */
export function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text;
}

/** `(id)` (RFC 8474 section 7); undefined for anything else. */
export function readObjectId(text: string): string | undefined {
  const id = /^\(([-\w]{1,255})\)$/.exec(text)?.[1];
  return id === undefined ? undefined : ownCopy(id);
}

/** How much of an unreadable line is kept. */
const maxKept = 1000;

/** Costs only the message or the mailbox that it is about. */
export function unreadable(
  about: UnreadableResponse["about"],
  line: string,
  what: Pick<UnreadableResponse, "uid" | "name" | "isCut"> = {},
): UnreadableResponse {
  return { kind: "unreadable", about, ...what, line: beginningOf(line) };
}

function beginningOf(line: string): string {
  return withoutMessageText(ownCopy(line.slice(0, maxKept)));
}

/** A piece cut from a line keeps the whole line in memory, even a megabyte; this does not. Of octets, one character each. */
export function ownCopy(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}
