// s/…/…/e, as far as texts are put together: strings, variables of the pattern, lc, uc, defined, the dot, and `? :`. It is not
// Perl that is carried out.

import { ExpressionError, type Piece } from "./piece.ts";
import { readQuoted } from "./quoted.ts";
import { type Found, type Groups, lower, parseTemplate, type Template, upper } from "./template.ts";

/** Undefined as in Perl: a group that took no part. */
type Value = (found: Found) => string | undefined;

const functions: Readonly<Record<string, (text: string) => string>> = {
  lc: lower,
  uc: upper,
  lcfirst: (text) => lower(text.slice(0, 1)) + text.slice(1),
  ucfirst: (text) => upper(text.slice(0, 1)) + text.slice(1),
};

const variablePattern = /^\$(?:[1-9]\d*|\{ *[1-9]\d* *\}|&|\+\{ *\w+ *\})(?!\s*(?:\[|\{|->))/;

/** @throws ExpressionError */
export function parseCode(piece: Piece, groups: Groups): Template {
  const value = new CodeParser(piece, groups).parse();
  return (found) => value(found) ?? "";
}

class CodeParser {
  readonly #piece: Piece;
  readonly #groups: Groups;
  #at = 0;

  constructor(piece: Piece, groups: Groups) {
    this.#piece = piece;
    this.#groups = groups;
  }

  parse(): Value {
    const value = this.#choice();
    if (this.#at < this.#piece.text.length) return this.#refuse();
    return value;
  }

  /** condition ? value : value */
  #choice(): Value {
    const condition = this.#concatenation();
    if (!this.#takes("?")) return condition;
    const yes = this.#choice();
    if (!this.#takes(":")) return this.#refuse();
    const no = this.#choice();
    return (found) => (isTrue(condition(found)) ? yes(found) : no(found));
  }

  #concatenation(): Value {
    const values = [this.#value()];
    while (this.#takes(".")) values.push(this.#value());
    return values.length === 1 ? values[0]! : (found) => values.map((value) => value(found) ?? "").join("");
  }

  #value(): Value {
    this.#skipBlanks();
    const rest = this.#piece.text.slice(this.#at);
    if (this.#takes("(")) return this.#inParentheses();
    const quote = /^(?:"|'|qq?(?=\s*[^\w\s,;=]))/.exec(rest)?.[0];
    if (quote !== undefined) return this.#string(quote);
    const variable = variablePattern.exec(rest)?.[0];
    if (variable !== undefined) return this.#variable(variable, "text");
    const name = /^([a-z]+)\s*\(\s*/.exec(rest);
    if (name?.[1] === "defined") return this.#isDefined(name[0].length);
    const call = functions[name?.[1] ?? ""];
    if (name === null || call === undefined) return this.#refuse();
    this.#at += name[0].length;
    const value = this.#inParentheses();
    return (found) => call(value(found) ?? "");
  }

  #isDefined(length: number): Value {
    this.#at += length;
    const variable = variablePattern.exec(this.#piece.text.slice(this.#at))?.[0];
    if (variable === undefined) return this.#refuse();
    const value = this.#variable(variable, "presence");
    if (!this.#takes(")")) return this.#refuse();
    return (found) => (value(found) === undefined ? "" : "1");
  }

  #inParentheses(): Value {
    const value = this.#choice();
    return this.#takes(")") ? value : this.#refuse();
  }

  #string(quote: string): Value {
    const isInterpolated = quote === '"' || quote === "qq";
    const begin = this.#at + (quote.startsWith("q") ? quote.length : 0);
    const blanks = /^\s*/.exec(this.#piece.text.slice(begin))![0].length;
    const { body, end, isLiteral } = readQuoted(this.#piece, begin + blanks, isInterpolated);
    this.#at = end;
    if (isInterpolated && !isLiteral) return parseTemplate(body, this.#groups);
    const text = body.text.replaceAll("\\\\", "\\");
    return () => text;
  }

  #variable(variable: string, asks: "text" | "presence"): Value {
    const at = this.#at;
    this.#at += variable.length;
    const name = /\w+/.exec(variable)?.[0] ?? "0";
    const group = variable.startsWith("$+") ? this.#groups.names.get(name) : Number(name);
    if (group === undefined) throw new ExpressionError("no group has this name", this.#piece, at);
    this.#groups.check(group, at, asks);
    return (found) => found.group(group);
  }

  #takes(character: string): boolean {
    this.#skipBlanks();
    if (this.#piece.text[this.#at] !== character) return false;
    this.#at++;
    this.#skipBlanks();
    return true;
  }

  #skipBlanks(): void {
    this.#at += /^\s*/.exec(this.#piece.text.slice(this.#at))![0].length;
  }

  #refuse(): never {
    throw new ExpressionError("of code, only texts that are put together are understood", this.#piece, this.#at);
  }
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0";
}
