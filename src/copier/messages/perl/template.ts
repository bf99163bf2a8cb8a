// The second part of s/…/…/: a text with variables, escapes, and \U, \L, \u, \l, \Q up to their \E.

import { readEscape } from "./escapes.ts";
import { ExpressionError, type Piece } from "./piece.ts";

/** What a pattern found, as the text behind it may ask for. */
export interface Found {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** By Perl's numbers; 0 is all of it. Undefined: it took no part. */
  readonly group: (number: number) => string | undefined;
}

export type Template = (found: Found) => string;

interface Frame {
  readonly mode: string;
  readonly parts: Template[];
}

export interface Groups {
  readonly names: ReadonlyMap<string, number>;
  /** Throws for a group that cannot be referred to: its text, or whether it took part. */
  readonly check: (group: number, at: number, asks?: "text" | "presence") => void;
}

/** @throws ExpressionError */
export function parseTemplate(piece: Piece, groups: Groups): Template {
  return new TemplateParser(piece, groups).parse();
}

class TemplateParser {
  readonly #piece: Piece;
  readonly #groups: Groups;
  #rest: string;
  readonly #frames: Frame[] = [{ mode: "", parts: [] }];

  constructor(piece: Piece, groups: Groups) {
    this.#piece = piece;
    this.#groups = groups;
    this.#rest = piece.text;
  }

  parse(): Template {
    while (this.#rest !== "") {
      if (!this.#mode()) this.#part();
    }
    while (this.#frames.length > 1) this.#close();
    return joined(this.#frames[0]!.parts);
  }

  get #at(): number {
    return this.#piece.text.length - this.#rest.length;
  }

  #add(part: Template): void {
    this.#frames.at(-1)!.parts.push(part);
  }

  #take(length: number): void {
    this.#rest = this.#rest.slice(length);
  }

  /** \U and its like open, \E closes. */
  #mode(): boolean {
    // Perl puts these two in order.
    if (/^\\(?:L\\u|U\\l)/.test(this.#rest))
      this.#rest = `\\${this.#rest[3]!}\\${this.#rest[1]!}${this.#rest.slice(4)}`;
    const letter = /^\\([ULFQEul])/.exec(this.#rest)?.[1];
    if (letter === undefined) return false;
    if (letter === "E") {
      const closed = this.#frames.length > 1 ? this.#close() : "";
      // The first letter is that of all which follows: \E is for what is around.
      if (closed !== "u" && closed !== "l") this.#take(2);
      return true;
    }
    if (this.#rest.startsWith("\\E", 2)) {
      this.#take(4);
      return true;
    }
    if (/[ULF]/.test(letter)) while (this.#frames.some(({ mode }) => /[ULF]/.test(mode))) this.#close();
    this.#frames.push({ mode: letter, parts: [] });
    this.#take(2);
    return true;
  }

  #close(): string {
    const { mode, parts } = this.#frames.pop()!;
    const inside = joined(parts);
    this.#add((found) => inMode(mode, inside(found)));
    return mode;
  }

  #part(): void {
    const [first] = this.#rest;
    if (first === "$") return this.#variable();
    if (first !== "\\") return this.#literal(/^[^\\$]+/.exec(this.#rest)![0]);
    // One digit behind a backslash is a group's number, as in a pattern.
    const digit = /^\\([1-9])(?!\d)/.exec(this.#rest)?.[1];
    if (digit !== undefined) return this.#group(Number(digit), 2);
    const escape = this.#rest[1] === "b" ? { octet: 8, end: this.#at + 2 } : readEscape(this.#piece, this.#at);
    if (escape === undefined) return this.#refuse(`\\${this.#rest[1]!} is none in a text`);
    const text = String.fromCharCode(escape.octet);
    this.#add(() => text);
    this.#take(escape.end - this.#at);
  }

  #literal(text: string): void {
    this.#add(() => text);
    this.#take(text.length);
  }

  #variable(): void {
    const found = /^\$(?:([1-9]\d*)|\{ *([1-9]\d*) *\}|(&|\{ *& *\})|(`|'(?!\w))|\+\{ *(\w+) *\})/.exec(this.#rest);
    if (found === null) return this.#refuse("no variable of a pattern: write \\$ for the character");
    const [all, number, braced, whole, around, name] = found;
    if (/^(?:\[|\{|->[[{])/.test(this.#rest.slice(all.length)) && braced === undefined && name === undefined) {
      return this.#refuse("Perl would take this for a list: write ${1}[ for instance");
    }
    if (around !== undefined) {
      this.#add(around === "'" ? ({ text, end }) => text.slice(end) : ({ text, start }) => text.slice(0, start));
      return this.#take(all.length);
    }
    const group =
      name === undefined ? Number(whole === undefined ? (number ?? braced) : 0) : this.#groups.names.get(name);
    if (group === undefined) return this.#refuse("no group has this name");
    this.#group(group, all.length);
  }

  #group(group: number, length: number): void {
    this.#groups.check(group, this.#at);
    this.#add((found) => found.group(group) ?? "");
    this.#take(length);
  }

  #refuse(problem: string): never {
    throw new ExpressionError(problem, this.#piece, this.#at);
  }
}

function joined(parts: readonly Template[]): Template {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  return (found) => parts.map((part) => part(found)).join("");
}

function inMode(mode: string, text: string): string {
  switch (mode) {
    case "U":
      return upper(text);
    case "L":
    case "F":
      return lower(text);
    case "u":
      return upper(text.slice(0, 1)) + text.slice(1);
    case "l":
      return lower(text.slice(0, 1)) + text.slice(1);
    default:
      return text.replace(/[^A-Za-z0-9_]/g, "\\$&");
  }
}

/** Of octets, only ASCII has cases. */
export function upper(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

export function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
