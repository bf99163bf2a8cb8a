// tr/…/…/ (perlop): octets for octets.

import { readEscape } from "./escapes.ts";
import { ExpressionError, type Piece } from "./piece.ts";

export interface Transliteration {
  readonly search: Piece;
  readonly replacement: Piece;
  /** c: those not listed; d: delete what has no counterpart; s: runs of one octet become one. */
  readonly flags: ReadonlySet<string>;
  /** Between apostrophes there are neither ranges nor escapes, but of a backslash. */
  readonly isLiteral: boolean;
}

const untouched = -1;
const deleted = -2;

/** @throws ExpressionError */
export function transliterate({ search, replacement, flags, isLiteral }: Transliteration): (text: string) => string {
  const listed = readList(search, isLiteral);
  const from = flags.has("c") ? othersThan(listed) : listed;
  const to = readList(replacement, isLiteral);
  const table = new Int16Array(256).fill(untouched);
  for (const [index, octet] of from.entries()) {
    if (table[octet] === untouched) table[octet] = counterpart(index, octet, { to, deletes: flags.has("d") });
  }
  return (text) => apply(table, text, flags.has("s"));
}

function counterpart(index: number, octet: number, rule: { to: readonly number[]; deletes: boolean }): number {
  if (rule.to.length === 0 && !rule.deletes) return octet;
  return rule.to[index] ?? (rule.deletes ? deleted : rule.to.at(-1)!);
}

function apply(table: Int16Array, text: string, squeezes: boolean): string {
  const octets = Buffer.from(text, "latin1");
  let end = 0;
  /** Where the last octet was written that another one was put for. */
  let written = -2;
  for (const octet of octets) {
    const becomes = table[octet]!;
    if (becomes === deleted) continue;
    if (becomes === untouched) octets[end++] = octet;
    else if (!squeezes || written !== end - 1 || octets[written] !== becomes) {
      written = end;
      octets[end++] = becomes;
    }
  }
  return octets.toString("latin1", 0, end);
}

function othersThan(octets: readonly number[]): number[] {
  return Array.from({ length: 256 }, (_, octet) => octet).filter((octet) => !octets.includes(octet));
}

/** With its ranges spelled out. */
function readList(piece: Piece, isLiteral: boolean): number[] {
  if (isLiteral) return [...Buffer.from(piece.text.replaceAll("\\\\", "\\"), "latin1")];
  const octets: number[] = [];
  let mayBegin = false;
  for (let at = 0; at < piece.text.length;) {
    const isRange = piece.text[at] === "-" && at > 0 && at + 1 < piece.text.length;
    if (isRange && !mayBegin) throw new ExpressionError("an ambiguous range", piece, at);
    const { octet, end } = readOctet(piece, isRange ? at + 1 : at);
    if (isRange) {
      const first = octets.at(-1)!;
      if (octet < first) throw new ExpressionError("a range that runs backwards", piece, at);
      for (let next = first + 1; next <= octet; next++) octets.push(next);
    } else octets.push(octet);
    mayBegin = !isRange;
    at = end;
  }
  return octets;
}

function readOctet(piece: Piece, at: number): { octet: number; end: number } {
  if (piece.text[at] !== "\\") return { octet: piece.text.charCodeAt(at), end: at + 1 };
  if (piece.text[at + 1] === "b") return { octet: 8, end: at + 2 };
  const escape = readEscape(piece, at);
  if (escape === undefined) throw new ExpressionError(`\\${piece.text[at + 1]!} is none in tr`, piece, at);
  return escape;
}
