// A Perl pattern, ready to look through texts.

import { parseRegex, type PatternRules } from "./parse-regex.ts";
import { ExpressionError, type Piece } from "./piece.ts";
import { checkRegex, isEmptyLast, mayBeEmpty, unsteadyGroup, type UnsteadyGroups } from "./rules.ts";
import type { Found, Groups } from "./template.ts";
import { writeRegex } from "./write-regex.ts";

export interface Pattern {
  readonly find: (text: string, from: number) => Found | undefined;
  /** What begins at a place and is longer than nothing; undefined where {@link find} would have found it. */
  readonly findLonger: ((text: string, at: number) => Found | undefined) | undefined;
  /** For what refers to its groups. */
  readonly groups: (piece: Piece) => Groups;
}

/** @throws ExpressionError */
export function compilePattern(piece: Piece, rules: PatternRules): Pattern {
  const regex = parseRegex(piece, rules);
  const unsteady = checkRegex(regex, piece);
  const { source, groups } = writeRegex(regex.root);
  const expression = regExp(source, "g", piece);
  const isLongestFirst = !mayBeEmpty(regex.root) || isEmptyLast(regex.root);
  return {
    find: (text, from) => found(expression, { text, from, groups }),
    findLonger: isLongestFirst ? undefined : longer(regex.root, piece),
    groups: (template) => ({ names: regex.names, check: checkGroup(unsteady, template) }),
  };
}

/** Behind a match that is not empty, the rest of the text is another one. */
function longer(root: Parameters<typeof writeRegex>[0], piece: Piece): NonNullable<Pattern["findLonger"]> {
  const { source, groups } = writeRegex(root, 1);
  const expression = regExp(`(?=([^]*))(?:${source})(?!\\1(?![^]))`, "y", piece);
  return (text, from) => found(expression, { text, from, groups });
}

function found(
  expression: RegExp,
  { text, from, groups }: { text: string; from: number; groups: ReadonlyMap<number, number> },
): Found | undefined {
  expression.lastIndex = from;
  const match = expression.exec(text);
  if (match === null) return undefined;
  const group = (number: number): string | undefined => match[number === 0 ? 0 : (groups.get(number) ?? match.length)];
  return { text, start: match.index, end: match.index + match[0].length, group };
}

function checkGroup(unsteady: UnsteadyGroups, piece: Piece): Groups["check"] {
  return (group, at, asks = "text") => {
    if (unsteady.text.has(group) || (asks === "presence" && unsteady.presence.has(group)))
      throw new ExpressionError(unsteadyGroup, piece, at);
  };
}

function regExp(source: string, flags: string, piece: Piece): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ExpressionError("too large", piece, 0);
  }
}
