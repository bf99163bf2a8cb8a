// How often something is to be matched.

import { ExpressionError, type Piece } from "./piece.ts";

export interface Quantifier {
  readonly min: number;
  readonly max: number;
  /** `?`: as seldom as possible; `+`: as often as possible, and not tried again. */
  readonly how: string;
  readonly length: number;
}

/** Of Perl 5.30 and newer. */
const maxCount = 65_534;

/** Undefined: none is there. */
export function readQuantifier(piece: Piece, at: number): Quantifier | undefined {
  const refuse = (problem: string): never => {
    throw new ExpressionError(problem, piece, at);
  };
  const rest = piece.text.slice(at, at + 24);
  const found = /^(?:([*+?])|\{ *(\d+) *\}|\{ *(\d+) *, *(\d*) *\}|\{( *, *\d+) *\})([?+]?)/.exec(rest);
  if (found === null) return undefined;
  const [all, sign, exact, from, to, upTo, how = ""] = found;
  if (upTo !== undefined) return refuse("older and newer Perls differ here: write {0,n}");
  const min = Number(sign === undefined ? (exact ?? from) : sign === "+" ? 1 : 0);
  const most = sign === undefined ? (exact ?? (to === "" ? undefined : to)) : sign === "?" ? 1 : undefined;
  const max = most === undefined ? Number.POSITIVE_INFINITY : Number(most);
  if (max < min) return refuse("a quantifier that cannot be met");
  if (min > maxCount || (max > maxCount && most !== undefined)) return refuse("too many times for Perl");
  return { min, max, how, length: all.length };
}
