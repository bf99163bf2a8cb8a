// Reads what an option has for an expression: statements of s, tr, y, m and //, separated by semicolons.

import { parseCode } from "./code.ts";
import { compilePattern, type Pattern } from "./pattern.ts";
import { ExpressionError, type Piece } from "./piece.ts";
import { type Quoted, readQuoted, readSecond } from "./quoted.ts";
import { replace } from "./replace.ts";
import { parseTemplate, type Template } from "./template.ts";
import { transliterate } from "./transliteration.ts";

export type Statement =
  | { readonly kind: "change"; readonly change: (text: string) => string }
  | { readonly kind: "match"; readonly matches: (text: string) => boolean; readonly at: number };

/** @throws ExpressionError */
export function parseStatements(whole: Piece): readonly Statement[] {
  const statements: Statement[] = [];
  let at = 0;
  let isFirst = true;
  for (;;) {
    at += /^[\s;]*/.exec(whole.text.slice(at))![0].length;
    if (at >= whole.text.length) break;
    const { statement, end } = readStatement(whole, at, isFirst);
    statements.push(statement);
    at = end + /^\s*/.exec(whole.text.slice(end))![0].length;
    if (at < whole.text.length && whole.text[at] !== ";") {
      throw new ExpressionError("nothing but flags or a semicolon may stand behind an expression", whole, at);
    }
    isFirst = false;
  }
  if (isFirst) throw new ExpressionError("there is no expression", whole, 0);
  return statements;
}

interface Read {
  readonly statement: Statement;
  readonly end: number;
}

function readStatement(whole: Piece, at: number, isFirst: boolean): Read {
  const operator = /^(?:(?:s|tr|y|m)(?=\s*[^\w\s,;=]|[,;=])|(?=\/))/.exec(whole.text.slice(at))?.[0];
  if (operator === undefined) throw new ExpressionError("s, tr, y, m or / is expected", whole, at);
  const begin = at + operator.length;
  const blanks = /^\s*/.exec(whole.text.slice(begin))![0].length;
  if (blanks > 0 && whole.text[begin + blanks] === "#") throw new ExpressionError("a comment", whole, begin);
  const isPattern = operator !== "tr" && operator !== "y";
  const first = readQuoted(whole, begin + blanks, isPattern);
  if (isPattern && first.body.text === "" && !isFirst) {
    throw new ExpressionError("an empty pattern means the one before: write that", whole, at);
  }
  switch (operator) {
    case "s":
      return readSubstitution(whole, first);
    case "tr":
    case "y":
      return readTransliteration(whole, first);
    default:
      return readMatch(whole, { first, at });
  }
}

function readSubstitution(whole: Piece, first: Quoted): Read {
  const second = readSecond(whole, first, true);
  const { flags, end } = readFlags(whole, second.end, "gimsxoape");
  const pattern = compileQuoted(first, flags);
  const template = templateOf(second, flags, pattern);
  const change = (text: string): string => replace(text, { pattern, template, isGlobal: flags.has("g") });
  return { statement: { kind: "change", change }, end };
}

function templateOf({ body, isLiteral }: Quoted, flags: ReadonlySet<string>, pattern: Pattern): Template {
  if (flags.has("e")) return parseCode(body, pattern.groups(body));
  return isLiteral ? () => body.text : parseTemplate(body, pattern.groups(body));
}

function readTransliteration(whole: Piece, search: Quoted): Read {
  const replacement = readSecond(whole, search, false);
  const { flags, end } = readFlags(whole, replacement.end, "cds");
  const lists = { search: search.body, replacement: replacement.body, flags, isLiteral: search.isLiteral };
  return { statement: { kind: "change", change: transliterate(lists) }, end };
}

function readMatch(whole: Piece, { first, at }: { first: Quoted; at: number }): Read {
  const { flags, end } = readFlags(whole, first.end, "gimsxoap");
  const pattern = compileQuoted(first, flags);
  return { statement: { kind: "match", matches: (text) => pattern.find(text, 0) !== undefined, at }, end };
}

function compileQuoted({ body, isLiteral }: Quoted, flags: ReadonlySet<string>): Pattern {
  return compilePattern(body, { flags, isInterpolated: !isLiteral });
}

function readFlags(whole: Piece, at: number, known: string): { flags: ReadonlySet<string>; end: number } {
  const flags = /^\w*/.exec(whole.text.slice(at))![0];
  const strange = [...flags].findIndex((flag) => !known.includes(flag));
  if (strange !== -1) throw new ExpressionError(`the flag ${flags[strange]!} is not supported`, whole, at + strange);
  const twice = /([ex]).*\1/.exec(flags)?.[1];
  if (twice !== undefined) throw new ExpressionError(`the flag ${twice}${twice} is not supported`, whole, at);
  return { flags: new Set(flags), end: at + flags.length };
}
