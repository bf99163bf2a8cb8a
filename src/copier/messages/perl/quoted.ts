// Perl's delimiters (perlop, "Gory details of parsing quoted constructs"): what stands between them, as Perl hands it on.

import { ExpressionError, type Piece } from "./piece.ts";

export interface Quoted {
  readonly body: Piece;
  /** With brackets, the next part has delimiters of its own. */
  readonly isBracketed: boolean;
  /** Between apostrophes nothing is interpolated. */
  readonly isLiteral: boolean;
  /** Behind the closing delimiter. */
  readonly end: number;
}

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "<": ">" };

/**
 * What stands between the delimiter at `at` and its end. `keepsBrackets`: a backslash before a bracket that delimits is kept,
 * as it is in patterns and texts, but not in lists of characters.
 */
export function readQuoted(whole: Piece, at: number, keepsBrackets: boolean): Quoted {
  const open = whole.text[at];
  if (open === undefined || /[\w\s\\]/.test(open)) throw new ExpressionError("a delimiter is expected", whole, at);
  const close = closing[open] ?? open;
  const isBracketed = close !== open;
  const kept: number[] = [];
  for (let next = at + 1, depth = 1; next < whole.text.length; next++) {
    const character = whole.text[next]!;
    if (character === "\\" && next + 1 < whole.text.length) {
      const isDelimiter = whole.text[next + 1] === open || whole.text[next + 1] === close;
      if (!isDelimiter || (isBracketed && keepsBrackets)) kept.push(next);
      next++;
    } else if (character === close) {
      if (--depth === 0) return { body: part(whole, kept, next), isBracketed, isLiteral: open === "'", end: next + 1 };
    } else if (character === open) depth++;
    kept.push(next);
  }
  throw new ExpressionError(`the closing ${close} is missing`, whole, whole.text.length);
}

/** The second part of an expression: behind the same delimiter, or in delimiters of its own. */
export function readSecond(whole: Piece, first: Quoted, keepsBrackets: boolean): Quoted {
  if (!first.isBracketed) return readQuoted(whole, first.end - 1, keepsBrackets);
  return readQuoted(whole, first.end + /^\s*/.exec(whole.text.slice(first.end))![0].length, keepsBrackets);
}

function part(whole: Piece, kept: readonly number[], end: number): Piece {
  return {
    text: kept.map((at) => whole.text[at]).join(""),
    places: kept.map((at) => whole.places[at]!),
    end: whole.places[end] ?? whole.end,
  };
}
