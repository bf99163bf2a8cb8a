// Commands to bytes. Not imapflow's compiler: it is asynchronous, copies every literal and writes strings as UTF-8,
// while messages must pass through untouched and mailbox names are raw octets.

import { InterimapError } from "../../model/errors.ts";

/** Raw text already in wire form, one octet a character (latin1), or a literal. */
export type CommandPart = string | Literal;

export interface Literal {
  readonly literal: Buffer;
  /** Send as literal8, which may hold NUL (RFC 3516). */
  readonly binary?: boolean;
  /** Sent only when the server asks for it, so that a refusal costs the command alone, not the connection. */
  readonly isWaitedFor?: boolean;
}

/**
 * What may be written at once; a segment that is not the last one ends in the header of a synchronising literal, so `+`
 * must be awaited after it. Strings are to be written as latin1; Buffers are the literals' own.
 */
export interface Segment {
  readonly chunks: readonly (string | Buffer)[];
}

export interface LiteralSupport {
  /** RFC 7888: no literal needs to wait. */
  readonly literalPlus: boolean;
  /** RFC 7888: none of at most 4,096 octets. */
  readonly literalMinus: boolean;
}

const literalMinusLimit = 4096;

/**
 * Whether literals leave with this segment that the server has not asked for. If it does not understand the command, it may
 * read them as commands. A literal that was waited for is what the segment begins with.
 */
export function sendsUnasked({ chunks }: Segment): boolean {
  return chunks.slice(1).some((chunk) => typeof chunk !== "string");
}

// Unquoted only what no server is known to stumble over; quoting more than necessary is always right.
const plainAtom = /^[A-Za-z0-9.\/_&,+@=:-]+$/;
const plainPattern = /^[A-Za-z0-9.\/_&,+@=:%*-]+$/;

/** Parts follow each other without spaces. Throws BUG when a part that is not a literal would end the line. */
export function encodeCommand(tag: string, parts: readonly CommandPart[], support: LiteralSupport): Segment[] {
  const segments: Segment[] = [];
  let chunks: (string | Buffer)[] = [];
  let text = `${tag} `;
  for (const part of parts) {
    if (typeof part === "string") {
      text += part;
      continue;
    }
    const { literal, binary = false, isWaitedFor = false } = part;
    const waits = isWaitedFor || !mayFollow(literal, support);
    chunks.push(`${onOneLine(text)}${binary ? "~" : ""}{${literal.length}${waits ? "" : "+"}}\r\n`);
    if (waits) {
      segments.push({ chunks });
      chunks = [];
    }
    chunks.push(literal);
    text = "";
  }
  chunks.push(`${onOneLine(text)}\r\n`);
  segments.push({ chunks });
  return segments;
}

function mayFollow(literal: Buffer, { literalPlus, literalMinus }: LiteralSupport): boolean {
  return literalPlus || (literalMinus && literal.length <= literalMinusLimit);
}

/** A mailbox name or another astring, given as raw octets: atom, quoted string or literal, whichever can carry it. */
export function astring(rawOctets: string): CommandPart {
  return plainAtom.test(rawOctets) && !/^NIL$/i.test(rawOctets) ? rawOctets : quotedOrLiteral(rawOctets);
}

/** A mailbox name of LIST, in which `%` and `*` are wildcards. */
export function listMailbox(pattern: string): CommandPart {
  return plainPattern.test(pattern) && !/^NIL$/i.test(pattern) ? pattern : quotedOrLiteral(pattern);
}

/** Throws BUG for what only a literal can carry: CR, LF, octets above 0x7f. */
export function quotedString(text: string): string {
  if (!isQuotable(text)) throw cannotSend("a quoted string");
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function quotedOrLiteral(rawOctets: string): CommandPart {
  if (isQuotable(rawOctets)) return quotedString(rawOctets);
  // RFC 3501 section 9: CHAR8 excludes NUL
  if (/[\x00\u0100-\uffff]/.test(rawOctets)) throw cannotSend("a string");
  return { literal: Buffer.from(rawOctets, "latin1"), isWaitedFor: true };
}

function isQuotable(text: string): boolean {
  return /^[\x01-\x09\x0b\x0c\x0e-\x7f]*$/.test(text);
}

function onOneLine(text: string): string {
  if (/[\r\n\x00\u0100-\uffff]/.test(text)) throw cannotSend("part of a command line");
  return text;
}

/** The text itself is left out: it could be a password. */
function cannotSend(what: string): InterimapError {
  return new InterimapError("BUG", `tried to send ${what} with a character that cannot be in it`);
}
