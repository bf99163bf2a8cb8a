// The FETCH responses that come by the hundred thousand, read in one pass without the general parser.
// Takes only what it is sure of; anything else is left to parse-fetch.ts, with which it must agree.

import type { FetchResponse } from "../responses.ts";
import { internFlagList } from "./flag-lists.ts";

const maxUid = 0xffff_ffff;

/**
 * Reads `* n FETCH (...)` made of UID, FLAGS, MODSEQ, INTERNALDATE, RFC822.SIZE, BODY[], BINARY[] and
 * BODY[HEADER.FIELDS (...)] in any order; undefined when the line has anything else or anything wrong. Literals are
 * announced in the line, `{n}` CRLF, and their octets come in `literals`.
 */
export function parseFetchQuickly(line: string, literals: readonly Buffer[]): FetchResponse | undefined {
  const at = new Cursor(line, literals);
  if (!at.skip("* ")) return undefined;
  const sequence = at.number(maxUid);
  if (sequence === undefined || sequence === 0 || !at.skip(" FETCH (")) return undefined;

  let uid: number | undefined;
  let flags: readonly string[] | undefined;
  let modSeq: bigint | undefined;
  let internalDate: string | undefined;
  let size: number | undefined;
  let body: Buffer | null | undefined;
  let headerFields: Buffer | null | undefined;
  do {
    if (at.skip("UID ")) {
      if (uid !== undefined) return undefined;
      uid = at.number(maxUid);
      if (uid === undefined || uid === 0) return undefined;
    } else if (at.skip("FLAGS (")) {
      const text = at.until(")");
      flags = text === undefined ? undefined : internFlagList(text);
      if (flags === undefined) return undefined;
    } else if (at.skip("MODSEQ (")) {
      modSeq = at.modSeq();
      if (modSeq === undefined || !at.skip(")")) return undefined;
    } else if (at.skip('INTERNALDATE "')) {
      internalDate = at.until('"');
      if (internalDate === undefined || internalDate.includes("\\")) return undefined;
    } else if (at.skip("RFC822.SIZE ")) {
      size = at.number(Number.MAX_SAFE_INTEGER);
      if (size === undefined) return undefined;
    } else if (at.skip("BODY[] ") || at.skip("BINARY[] ")) {
      body = at.nilOrLiteral();
      if (body === undefined) return undefined;
    } else if (at.skip("BODY[HEADER.FIELDS (")) {
      const names = at.until(")");
      if (names === undefined || /["{\\[\]]/.test(names) || !at.skip("] ")) return undefined;
      headerFields = at.nilOrLiteral();
      if (headerFields === undefined) return undefined;
    } else {
      return undefined;
    }
  } while (at.skip(" "));
  if (!at.skip(")") || !at.isDone) return undefined;
  return { kind: "fetch", sequence, uid, flags, modSeq, internalDate, size, body, headerFields };
}

/** Each step moves on only if it finds what it looks for; otherwise it returns undefined or false. */
class Cursor {
  readonly #line: string;
  readonly #literals: readonly Buffer[];
  #position = 0;
  #literal = 0;

  constructor(line: string, literals: readonly Buffer[]) {
    this.#line = line;
    this.#literals = literals;
  }

  get isDone(): boolean {
    return this.#position === this.#line.length && this.#literal === this.#literals.length;
  }

  skip(text: string): boolean {
    if (!this.#line.startsWith(text, this.#position)) return false;
    this.#position += text.length;
    return true;
  }

  /** The text before the next `end`; `end` itself is skipped. */
  until(end: string): string | undefined {
    const found = this.#line.indexOf(end, this.#position);
    if (found < 0) return undefined;
    const text = this.#line.slice(this.#position, found);
    this.#position = found + end.length;
    return text;
  }

  number(max: number): number | undefined {
    const end = this.#endOfDigits();
    const length = end - this.#position;
    if (length === 0 || length > 16) return undefined;
    let value = 0;
    for (let i = this.#position; i < end; i++) value = value * 10 + (this.#line.charCodeAt(i) - 0x30);
    if (value > max) return undefined;
    this.#position = end;
    return value;
  }

  modSeq(): bigint | undefined {
    const end = this.#endOfDigits();
    const length = end - this.#position;
    // 2^63-1 has 19 digits
    if (length === 0 || length > 19) return undefined;
    const value = BigInt(this.#line.slice(this.#position, end));
    this.#position = end;
    return value;
  }

  nilOrLiteral(): Buffer | null | undefined {
    if (this.skip("NIL")) return null;
    if (!this.skip("{") && !this.skip("~{")) return undefined;
    const length = this.number(Number.MAX_SAFE_INTEGER);
    const literal = this.#literals[this.#literal++];
    return this.skip("}\r\n") && literal?.length === length ? literal : undefined;
  }

  #endOfDigits(): number {
    let end = this.#position;
    for (;;) {
      // NaN beyond the end of the line
      const code = this.#line.charCodeAt(end);
      if (!(code >= 0x30 && code <= 0x39)) return end;
      end++;
    }
  }
}
