// Turns commands into bytes. imapflow's compiler is asynchronous, copies every literal and writes strings as UTF-8. But
// messages must pass through untouched, and mailbox names are raw octets.
//
// If a server does not understand a command, it may answer and read on. A literal that it did not ask for is then read as
// commands. So a command consists only of text that is written here in the source, and of values that one of these
// functions has checked against the grammar of their place.

import { InterimapError } from "../../model/errors.ts";
import { type FlagSet, isSendable } from "../../model/flags.ts";
import { formatInternalDate, type InternalDate } from "../../model/internal-date.ts";
import { isEmpty, type UidSet } from "../../model/uid-set.ts";
import { formatUidSet } from "../../model/uid-set-text.ts";

declare const isChecked: unique symbol;

/** Text in wire form, one octet a character (latin1). Made in this file only. */
export type WireText = string & { readonly [isChecked]: true };

export type CommandPart = WireText | Literal;

export interface Literal {
  readonly literal: Buffer;
  /** Send as literal8, which may contain NUL (RFC 3516). */
  readonly binary?: boolean;
  /** Sent only when the server asks for it, so that a refusal costs only the command, not the connection. */
  readonly isWaitedFor?: boolean;
}

/**
 * The parts of a command that may be written at once. Each segment but the last ends in the header of a synchronising
 * literal, so `+` must be awaited after it. Strings are written as latin1; Buffers are the literals themselves.
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

/** RFC 7162 section 4: every server reads lines up to this length. */
const certainLine = 8192;

/**
 * Whether this segment contains literals that the server has not asked for. If it does not understand the command, it may
 * read them as commands. A literal that it did ask for is at the beginning of the segment.
 */
export function sendsUnasked({ chunks }: Segment): boolean {
  return chunks.slice(1).some((chunk) => typeof chunk !== "string");
}

// A value stays unquoted only if no server is known to stumble over it. Quoting more than necessary is always right.
const plainAtom = /^[A-Za-z0-9.\/_&,+@=:-]+$/;
const plainPattern = /^[A-Za-z0-9.\/_&,+@=:%*-]+$/;

/**
 * A piece of a command: our own text with checked values in between.
 * @example line`STATUS ${mailbox(name)} (UIDNEXT)`
 */
export function line(
  texts: TemplateStringsArray,
  ...values: readonly (CommandPart | readonly CommandPart[])[]
): CommandPart[] {
  const parts: CommandPart[] = [];
  let text = texts[0]!;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (typeof value === "string") text += value;
    else
      for (const part of isPart(value) ? [value] : value) {
        if (typeof part === "string") text += part;
        else {
          if (text !== "") parts.push(wire(text));
          parts.push(part);
          text = "";
        }
      }
    text += texts[i + 1]!;
  }
  if (text !== "") parts.push(wire(text));
  return parts;
}

function isPart(value: CommandPart | readonly CommandPart[]): value is CommandPart {
  return !Array.isArray(value);
}

/** Of checked values. */
function wire(text: string): WireText {
  return text as WireText;
}

/** Joins parts without spaces. Throws BUG if a part that is not a literal would end the line. */
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
    const waits = isWaitedFor || !mayFollow(literal, support) || !isCertain(text);
    if (waits) requireOneLine(text);
    chunks.push(`${text}${binary ? "~" : ""}{${literal.length}${waits ? "" : "+"}}\r\n`);
    if (waits) {
      segments.push({ chunks });
      chunks = [];
    }
    chunks.push(literal);
    text = "";
  }
  requireOneLine(text);
  chunks.push(`${text}\r\n`);
  segments.push({ chunks });
  return segments;
}

function mayFollow(literal: Buffer, { literalPlus, literalMinus }: LiteralSupport): boolean {
  return literalPlus || (literalMinus && literal.length <= literalMinusLimit);
}

/** Whether every server can read it, even if it does not know what it means. */
function isCertain(text: string): boolean {
  return text.length <= certainLine && /^[\x20-\x7e]*$/.test(text);
}

/** An astring given as raw octets: atom, quoted string or literal, whichever can carry it. Throws BUG. */
export function astring(rawOctets: string): CommandPart {
  return isPlain(rawOctets) ? wire(rawOctets) : quotedOrLiteral(rawOctets);
}

/** A mailbox's name as raw octets. Throws MAILBOX_NAME for NUL, which no server can have sent. */
export function mailbox(rawOctets: string): CommandPart {
  if (isPlain(rawOctets)) return wire(rawOctets);
  if (isSendableString(rawOctets)) return astring(rawOctets);
  throw new InterimapError("MAILBOX_NAME", "the mailbox has a NUL in its name and cannot be named to the server");
}

/** A mailbox name of LIST, in which `%` and `*` are wildcards. */
export function listMailbox(pattern: string): CommandPart {
  return plainPattern.test(pattern) && !isNil(pattern) ? wire(pattern) : quotedOrLiteral(pattern);
}

/** RFC 3501 section 9, atom: names of options. Throws BUG. */
export function atom(text: string): WireText {
  if (!/^[^\x00-\x20\x7f-\uffff(){%*"\\\]]+$/.test(text)) throw cannotSend("an atom");
  return wire(text);
}

/** SASL data (RFC 3501 section 9, base64). */
export function base64(octets: Buffer): WireText {
  return wire(octets.toString("base64"));
}

/** Throws BUG for a set that is empty or contains anything but UIDs. */
export function uids(set: UidSet): WireText {
  if (isEmpty(set)) throw cannotSend("an empty set of UIDs");
  return wire(formatUidSet(set));
}

/**
 * Search keys as somebody wrote them (RFC 3501 6.4.4). Undefined if they could be anything but the rest of one line: for
 * octets that are not printable, the header of a literal, or a quote that is not closed.
 */
export function searchKeys(text: string): WireText | undefined {
  const isOneLine = /^(?:[\x20-\x21\x23-\x7e]|"(?:[^"\\\r\n\0\x80-\uffff]|\\["\\])*")+$/.test(text);
  return isOneLine && !/\{\d*[+-]?\}$/.test(text) ? wire(text) : undefined;
}

/** RFC 3501 section 9, number. Throws BUG. */
export function number(value: number): WireText {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) throw cannotSend("a number");
  return wire(String(value));
}

/** RFC 7162 section 7, mod-sequence-valzer; up to 64 bits, since servers may exceed the 63 of the RFC. */
export function modSeq(value: bigint): WireText {
  if (typeof value !== "bigint" || value < 0n || value >= 1n << 64n) {
    throw new InterimapError("MAILBOX_PROTOCOL", `the mod-sequence ${String(value)} is larger than IMAP allows`);
  }
  return wire(value.toString());
}

/** RFC 3501 section 9, flag-list. Throws BUG for flags that cannot be sent: see {@link sendableFlags}. */
export function flagList(flags: FlagSet): WireText {
  if (!isSendable(flags)) throw cannotSend("a list of flags");
  return wire(`(${flags.key})`);
}

/** RFC 3501 section 9, date-time. */
export function dateTime(date: InternalDate): WireText {
  return wire(`"${formatInternalDate(date)}"`);
}

function quotedOrLiteral(rawOctets: string): CommandPart {
  // RFC 3501 section 9, TEXT-CHAR
  if (/^[\x01-\x09\x0b\x0c\x0e-\x7f]*$/.test(rawOctets)) return wire(`"${rawOctets.replace(/["\\]/g, "\\$&")}"`);
  if (!isSendableString(rawOctets)) throw cannotSend("a string");
  return { literal: Buffer.from(rawOctets, "latin1"), isWaitedFor: true };
}

/** RFC 3501 section 9: CHAR8 excludes NUL. */
function isSendableString(rawOctets: string): boolean {
  return !/[\x00\u0100-\uffff]/.test(rawOctets);
}

function isPlain(rawOctets: string): boolean {
  return plainAtom.test(rawOctets) && !isNil(rawOctets);
}

function isNil(text: string): boolean {
  return /^NIL$/i.test(text);
}

function requireOneLine(text: string): void {
  if (/[\r\n\x00\u0100-\uffff]/.test(text)) throw cannotSend("part of a command line");
}

/** The text itself is left out: it could be a password. */
function cannotSend(what: string): InterimapError {
  return new InterimapError("BUG", `tried to send ${what} with what cannot be in it`);
}
