// Reads a Perl pattern (perlre) into a tree. What JavaScript cannot do in the same way is refused here or by the rules
// of rules.ts.

import { countGroups } from "./count-groups.ts";
import { readEscape } from "./escapes.ts";
import { anyOctet, classEscapes, notNewline, type OctetSet, octetsThat, withBothCases } from "./octet-set.ts";
import { ExpressionError, type Piece } from "./piece.ts";
import { readQuantifier } from "./quantifier.ts";
import { readClass } from "./regex-class.ts";
import type { Node, Regex } from "./regex-nodes.ts";
import { lineBreak, place, placeEscapes, places } from "./regex-places.ts";

export interface PatternRules {
  /** Of i, m, s and x. */
  readonly flags: ReadonlySet<string>;
  /** As between delimiters: `$name` is a variable, and \Q quotes. */
  readonly isInterpolated: boolean;
}

/** @throws ExpressionError */
export function parseRegex(piece: Piece, rules: PatternRules): Regex {
  return new RegexParser(piece, rules).parse();
}

class RegexParser {
  readonly #piece: Piece;
  readonly #text: string;
  readonly #isInterpolated: boolean;
  #flags: ReadonlySet<string>;
  #at = 0;
  #groups = 0;
  readonly #allGroups: number;
  readonly #names = new Map<string, number>();

  constructor(piece: Piece, { flags, isInterpolated }: PatternRules) {
    this.#piece = piece;
    this.#text = piece.text;
    this.#flags = flags;
    this.#isInterpolated = isInterpolated;
    this.#allGroups = countGroups(piece.text);
  }

  parse(): Regex {
    const root = this.#choice();
    if (this.#at < this.#text.length) this.#refuse("a parenthesis that nothing opens");
    return { root, groups: this.#groups, names: this.#names };
  }

  #choice(): Node {
    const options = [this.#sequence()];
    while (this.#text[this.#at] === "|") {
      this.#at++;
      options.push(this.#sequence());
    }
    return options.length === 1 ? options[0]! : { kind: "choice", options };
  }

  #sequence(): Node {
    const items: Node[] = [];
    for (;;) {
      this.#skipBlanks();
      const next = this.#text[this.#at];
      if (next === undefined || next === "|" || next === ")") return { kind: "sequence", items };
      const quoted = this.#quoted();
      if (quoted !== undefined) items.push(...quoted);
      else {
        const atom = this.#atom();
        if (atom !== undefined) items.push(this.#repeated(atom));
      }
    }
  }

  #skipBlanks(): void {
    for (;;) {
      const rest = this.#text.slice(this.#at, this.#at + 3);
      const blank = this.#flags.has("x") && /^[\s#]/.test(rest) ? /^(?:\s+|#[^\n]*)/ : undefined;
      const skipped = (rest === "(?#" ? /^\(\?#[^)]*\)/ : blank)?.exec(this.#text.slice(this.#at));
      if (skipped === undefined) return;
      if (skipped === null) return this.#refuse("the comment has no end");
      this.#at += skipped[0].length;
    }
  }

  /** Between \Q and \E all is as it stands; a quantifier behind is for the last of it. */
  #quoted(): readonly Node[] | undefined {
    if (!this.#isInterpolated) return undefined;
    if (this.#text.startsWith("\\E", this.#at)) {
      this.#at += 2;
      return [];
    }
    if (!this.#text.startsWith("\\Q", this.#at)) return undefined;
    const begin = this.#at + 2;
    const found = this.#text.indexOf("\\E", begin);
    const end = found === -1 ? this.#text.length : found;
    const text = this.#text.slice(begin, end);
    const variable = /[$@]\w/.exec(text);
    if (variable !== null) this.#refuse("a variable", begin + variable.index);
    this.#at = found === -1 ? end : end + 2;
    const nodes = Array.from(text, (character) => this.#octet(character.charCodeAt(0)));
    const last = nodes.pop();
    return last === undefined ? [] : [...nodes, this.#repeated(last)];
  }

  #atom(): Node | undefined {
    const character = this.#text[this.#at]!;
    switch (character) {
      case "(":
        return this.#group();
      case "[": {
        const { set, end } = readClass(this.#piece, this.#at, this.#flags.has("i"));
        this.#at = end;
        return { kind: "octet", set };
      }
      case "\\":
        return this.#escape();
      case ".":
        return this.#taken({ kind: "octet", set: this.#flags.has("s") ? anyOctet : notNewline });
      case "^":
        return this.#taken(place(this.#flags.has("m") ? places.lineStart : places.start));
      case "$":
        return this.#dollar();
      case "*":
      case "+":
      case "?":
        return this.#refuse("nothing to repeat");
      default:
        if (readQuantifier(this.#piece, this.#at) !== undefined) return this.#refuse("nothing to repeat");
        return this.#taken(this.#octet(character.charCodeAt(0)));
    }
  }

  #dollar(): Node {
    if (this.#isInterpolated && /^\$[^()| \r\n\t]/.test(this.#text.slice(this.#at))) {
      return this.#refuse("a variable: write \\$ for the character, and (?:$) for the end");
    }
    return this.#taken(place(this.#flags.has("m") ? places.lineEnd : places.endOrNewline));
  }

  #escape(): Node {
    const begin = this.#at;
    const letter = this.#text[begin + 1] ?? "";
    const set = classEscapes[letter];
    const where = placeEscapes[letter];
    if (/^\\[bBN]\{/.test(this.#text.slice(begin))) return this.#refuse(`\\${letter}{…} is not supported`);
    const reference = this.#reference();
    if (reference !== undefined) return reference;
    if (set !== undefined || where !== undefined || letter === "R") {
      this.#at += 2;
      if (letter === "R") return lineBreak;
      return set === undefined ? place(where!) : { kind: "octet", set };
    }
    const escape = readEscape(this.#piece, begin);
    if (escape === undefined) return this.#refuse(`\\${letter} is not supported`);
    this.#at = escape.end;
    return this.#octet(escape.octet);
  }

  /** `\1`, `\g1`, `\g{-1}`, `\k<name>`. */
  #reference(): Node | undefined {
    const rest = this.#text.slice(this.#at, this.#at + 80);
    const found =
      /^\\(?:([1-9]\d*)|g(-?\d+)|g\{ *(-?\d+) *\}|[gk]\{ *([A-Za-z_]\w*) *\}|k<(\w+)>|k'(\w+)')/.exec(rest) ??
      /^\(\?P=(\w+)\)/.exec(rest);
    if (found === null) return /^\\[gk]/.test(rest) ? this.#refuse("no group is named") : undefined;
    const [all, plain, ...others] = found;
    // Two digits are a character in octal where there are not as many groups.
    if (rest.startsWith("\\") && plain !== undefined && plain.length > 1 && Number(plain) > this.#allGroups) {
      return undefined;
    }
    const name = (rest.startsWith("\\") ? (plain ?? others.find((other) => other !== undefined)) : plain)!;
    const number = Number(name);
    const group = Number.isNaN(number) ? this.#names.get(name) : number < 0 ? this.#groups + 1 + number : number;
    if (group === undefined || group < 1 || group > this.#allGroups) return this.#refuse("there is no such group");
    if (this.#flags.has("i")) return this.#refuse("a reference to a group in any case is not supported");
    const at = this.#at;
    this.#at += all.length;
    return { kind: "reference", group, at };
  }

  #group(): Node | undefined {
    const rest = this.#text.slice(this.#at, this.#at + 80);
    const outer = this.#flags;
    const backreference = rest.startsWith("(?P=") ? this.#reference() : undefined;
    if (backreference !== undefined) return backreference;
    if (rest.startsWith("(*")) return this.#refuse("verbs are not supported");
    const flags = /^\(\?(\^?)([imsx]*)(?:-([imsx]*))?([:)])/.exec(rest);
    if (flags !== null) {
      const [all, caret, on = "", off = "", end] = flags;
      const kept = caret === "^" ? [] : [...outer].filter((flag) => !off.includes(flag));
      this.#flags = new Set([...kept, ...on].filter((flag) => !off.includes(flag)));
      this.#at += all.length;
      // To the end of the group around it.
      return end === ")" ? undefined : this.#closed(this.#choice(), outer);
    }
    const look = /^\(\?(<?)([=!])/.exec(rest);
    if (look !== null) {
      this.#at += look[0].length;
      const body = this.#closed(this.#choice(), outer);
      return { kind: "look", isAhead: look[1] === "", isNegative: look[2] === "!", body };
    }
    if (rest.startsWith("(?>")) {
      this.#at += 3;
      return { kind: "atomic", body: this.#closed(this.#choice(), outer) };
    }
    const named = /^\(\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/.exec(rest);
    if (named === null && rest.startsWith("(?")) return this.#refuse("this kind of group is not supported");
    const number = ++this.#groups;
    if (named !== null) {
      const name = (named[1] ?? named[2])!;
      if (this.#names.has(name)) return this.#refuse("a name that another group has");
      this.#names.set(name, number);
    }
    this.#at += named === null ? 1 : named[0].length;
    return { kind: "group", number, body: this.#closed(this.#choice(), outer) };
  }

  #closed(body: Node, outer: ReadonlySet<string>): Node {
    if (this.#text[this.#at] !== ")") return this.#refuse("a parenthesis that nothing closes");
    this.#at++;
    this.#flags = outer;
    return body;
  }

  #repeated(body: Node): Node {
    this.#skipBlanks();
    const at = this.#at;
    const quantifier = readQuantifier(this.#piece, this.#at);
    if (quantifier === undefined) return body;
    const { min, max, how } = quantifier;
    this.#at += quantifier.length;
    this.#skipBlanks();
    if (readQuantifier(this.#piece, this.#at) !== undefined) return this.#refuse("two quantifiers for one thing");
    const repeat: Node = { kind: "repeat", body, min, max, isLazy: how === "?", at };
    return how === "+" ? { kind: "atomic", body: repeat } : repeat;
  }

  #octet(octet: number): Node {
    const set: OctetSet = octetsThat((other) => other === octet);
    return { kind: "octet", set: this.#flags.has("i") ? withBothCases(set) : set };
  }

  #taken(node: Node): Node {
    this.#at++;
    return node;
  }

  #refuse(problem: string, at = this.#at): never {
    throw new ExpressionError(problem, this.#piece, at);
  }
}
