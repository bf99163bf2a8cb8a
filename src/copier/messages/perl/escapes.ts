// Backslash escapes that stand for one octet, as texts, patterns and lists of characters share them (perlop, "Quote and
// Quote-like Operators").

import { ExpressionError, type Piece } from "./piece.ts";

export interface Escape {
  readonly octet: number;
  /** Behind it. */
  readonly end: number;
}

const control: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 };

/**
 * The escape whose backslash is at `at`. Undefined: none that stands for one octet.
 * @throws ExpressionError for a number that is none, or that is no octet
 */
export function readEscape(piece: Piece, at: number): Escape | undefined {
  const letter = piece.text[at + 1];
  if (letter === undefined) throw new ExpressionError("a backslash at the end", piece, at);
  if (control[letter] !== undefined) return { octet: control[letter], end: at + 2 };
  if (letter === "x") return readHex(piece, at);
  if (letter === "o") return readBraced(piece, at, { digits: /^\\o\{ *([0-7]+) *\}/, radix: 8 });
  if (letter === "c") return readControl(piece, at);
  if (/[0-7]/.test(letter)) return readOctal(piece, at);
  return /[A-Za-z0-9]/.test(letter) ? undefined : { octet: letter.charCodeAt(0), end: at + 2 };
}

function readHex(piece: Piece, at: number): Escape {
  if (piece.text[at + 2] === "{") return readBraced(piece, at, { digits: /^\\x\{ *([\dA-Fa-f]*) *\}/, radix: 16 });
  const digits = /^[\dA-Fa-f]{0,2}/.exec(piece.text.slice(at + 2, at + 4))![0];
  return { octet: digits === "" ? 0 : parseInt(digits, 16), end: at + 2 + digits.length };
}

function readBraced(piece: Piece, at: number, { digits, radix }: { digits: RegExp; radix: number }): Escape {
  const found = digits.exec(piece.text.slice(at));
  if (found === null) throw new ExpressionError("a number in braces is expected", piece, at);
  const octet = found[1] === "" ? 0 : parseInt(found[1]!, radix);
  return { octet: checked(octet, piece, at), end: at + found[0].length };
}

function readOctal(piece: Piece, at: number): Escape {
  const digits = /^[0-7]{1,3}/.exec(piece.text.slice(at + 1, at + 4))![0];
  return { octet: checked(parseInt(digits, 8), piece, at), end: at + 1 + digits.length };
}

function readControl(piece: Piece, at: number): Escape {
  const letter = piece.text[at + 2];
  if (letter === undefined || !/[?-_a-z]/.test(letter)) throw new ExpressionError("\\c needs a letter", piece, at);
  return { octet: letter.toUpperCase().charCodeAt(0) ^ 0x40, end: at + 3 };
}

function checked(octet: number, piece: Piece, at: number): number {
  if (octet > 255) throw new ExpressionError("messages and names are octets: no character is above \\xff", piece, at);
  return octet;
}
