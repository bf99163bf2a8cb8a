// A character class of a pattern, `[…]`, as a set of octets.

import { readEscape } from "./escapes.ts";
import {
  addAll,
  classEscapes,
  complement,
  type OctetSet,
  octetsThat,
  posixClasses,
  withBothCases,
} from "./octet-set.ts";
import { ExpressionError, type Piece } from "./piece.ts";

interface Member {
  /** Of one octet, which may begin or end a range. */
  readonly octet?: number;
  readonly set?: OctetSet;
  readonly end: number;
}

/** The class whose bracket is at `at`, and where it ends. */
export function readClass(piece: Piece, at: number, ignoresCase: boolean): { set: OctetSet; end: number } {
  const isNegated = piece.text[at + 1] === "^";
  const begin = at + (isNegated ? 2 : 1);
  const set = octetsThat(() => false);
  let next = begin;
  // A bracket that closes nothing yet is a member.
  while (next === begin || piece.text[next] !== "]") {
    if (next >= piece.text.length) throw new ExpressionError("the class has no end", piece, at);
    const member = readMember(piece, next);
    next = member.end;
    const { octet } = member;
    const last = octet === undefined ? undefined : endOfRange(piece, next);
    if (octet !== undefined && last !== undefined) {
      if (last.octet! < octet) throw new ExpressionError("a range that runs backwards", piece, next);
      for (let between = octet; between <= last.octet!; between++) set[between] = 1;
      next = last.end;
    } else if (octet !== undefined) set[octet] = 1;
    else addAll(set, member.set!);
  }
  const members = ignoresCase ? withBothCases(set) : set;
  return { set: isNegated ? complement(members) : members, end: next + 1 };
}

function endOfRange(piece: Piece, at: number): Member | undefined {
  if (piece.text[at] !== "-" || piece.text[at + 1] === "]" || at + 1 >= piece.text.length) return undefined;
  const member = readMember(piece, at + 1);
  return member.octet === undefined ? undefined : member;
}

function readMember(piece: Piece, at: number): Member {
  const { text } = piece;
  if (text[at] === "[" && /^\[[.=]/.test(text.slice(at))) throw new ExpressionError("not supported", piece, at);
  const posix = /^\[:(\^?)(\w*):\]/.exec(text.slice(at, at + 20));
  if (posix !== null) {
    const named = posixClasses[posix[2]!];
    if (named === undefined) throw new ExpressionError("an unknown class", piece, at);
    return { set: posix[1] === "" ? named : complement(named), end: at + posix[0].length };
  }
  if (text[at] !== "\\") return { octet: text.charCodeAt(at), end: at + 1 };
  const letter = text[at + 1] ?? "";
  if (letter === "b") return { octet: 8, end: at + 2 };
  const named = classEscapes[letter];
  if (named !== undefined && letter !== "N") return { set: named, end: at + 2 };
  const escape = readEscape(piece, at);
  if (escape === undefined) throw new ExpressionError(`\\${letter} is not supported in a class`, piece, at);
  return escape;
}
