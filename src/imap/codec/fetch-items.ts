// Finds where the items of a FETCH response begin and end, whatever they are: lists in lists, strings, literals. In one pass
// and without recursion, as a server may send megabytes of brackets.

import type { FetchResponse } from "../responses.ts";

/** What a FETCH response says, while it is being read. */
export type MutableFetch = { -readonly [K in keyof Omit<FetchResponse, "kind" | "sequence">]: FetchResponse[K] };

export function nothingFetched(): MutableFetch {
  return {
    uid: undefined,
    flags: undefined,
    modSeq: undefined,
    internalDate: undefined,
    size: undefined,
    body: undefined,
    headerFields: undefined,
  };
}

export interface FetchItem {
  /** In upper case, without the header fields and the octets of a partial: `BODY[HEADER.FIELDS]`, `BODY[]<>`. */
  readonly name: string;
  /** As sent, with the brackets and quotes around it; of a literal, its marker and line end. */
  readonly value: string;
  /** Which of the response's literals it is, if it is one. */
  readonly literal: number | undefined;
}

export interface FetchItems {
  readonly items: readonly FetchItem[];
  /** False when the rest makes no sense. */
  readonly isComplete: boolean;
}

const start = /^\* [0-9]+ FETCH \( */i;

/** The items of `* n FETCH (...)`, or as many of them as can be recognised. */
export function fetchItems(line: string): FetchItems {
  const items: FetchItem[] = [];
  const head = start.exec(line);
  if (head === null) return { items, isComplete: false };
  const at = new Cursor(line, head[0].length);
  while (!at.isAt(")")) {
    const nameStart = at.position;
    if (!at.skipName()) return { items, isComplete: false };
    const name = line.slice(nameStart, at.position);
    if (!at.skipSpaces()) return { items, isComplete: false };
    const valueStart = at.position;
    const { literalsPassed } = at;
    if (!at.skipValue()) return { items, isComplete: false };
    const isLiteral = line[at.position - 1] === "\n";
    items.push({
      name: plainName(name),
      value: line.slice(valueStart, at.position),
      literal: isLiteral ? literalsPassed : undefined,
    });
    at.skipSpaces();
  }
  return { items, isComplete: line.slice(at.position + 1).trim() === "" };
}

function plainName(name: string): string {
  const section = name.indexOf("[");
  if (section < 0) return name.toUpperCase();
  const part = /^[^ \]]*/.exec(name.slice(section + 1))?.[0] ?? "";
  return `${name.slice(0, section)}[${part}]${name.endsWith(">") ? "<>" : ""}`.toUpperCase();
}

class Cursor {
  readonly #line: string;
  position: number;
  /** The line has line ends only after the announcements of literals. */
  literalsPassed = 0;

  constructor(line: string, position: number) {
    this.#line = line;
    this.position = position;
  }

  isAt(character: string): boolean {
    return this.#line[this.position] === character;
  }

  /** True if there were any. */
  skipSpaces(): boolean {
    const before = this.position;
    while (this.isAt(" ")) this.position++;
    return this.position > before;
  }

  /** An item's name ends at a space outside of its section; `BODY[HEADER.FIELDS (X)]`. */
  skipName(): boolean {
    const before = this.position;
    while (!this.isAt(" ")) {
      const character = this.#line[this.position];
      if (character === undefined || '()"{'.includes(character)) return false;
      if (character === "[" ? !this.#skipNested("[", "]") : !this.#skipOne()) return false;
    }
    return this.position > before;
  }

  skipValue(): boolean {
    switch (this.#line[this.position]) {
      case "(":
        return this.#skipNested("(", ")");
      case '"':
        return this.#skipQuoted();
      case "{":
      case "~":
        return this.#skipMarker();
      default:
        return this.#skipAtom();
    }
  }

  #skipNested(opening: string, closing: string): boolean {
    let depth = 0;
    let isWordStart = true;
    for (;;) {
      const character = this.#line[this.position];
      if (character === undefined) return false;
      if (character === '"' && isWordStart) {
        if (!this.#skipQuoted()) return false;
        continue;
      }
      isWordStart = character === " " || character === opening || character === "(";
      if (character === opening) depth++;
      else if (character === closing) depth--;
      this.#skipOne();
      if (depth === 0) return true;
    }
  }

  #skipQuoted(): boolean {
    for (;;) {
      const character = this.#line[++this.position];
      if (character === undefined || character === "\n") return false;
      if (character === "\\") this.position++;
      if (character !== '"') continue;
      this.position++;
      return true;
    }
  }

  #skipMarker(): boolean {
    const end = this.#line.indexOf("\n", this.position);
    if (
      end < 0 ||
      !/^~?\{[0-9]+\+?\}\r?\n$/.test(this.#line.slice(this.position, Math.min(end + 1, this.position + 32)))
    )
      return this.#skipAtom();
    this.position = end;
    return this.#skipOne();
  }

  #skipAtom(): boolean {
    const before = this.position;
    while (this.position < this.#line.length && !this.isAt(" ") && !this.isAt(")")) this.#skipOne();
    // The last one may be cut short by the end of the line.
    return this.position > before && this.position < this.#line.length;
  }

  #skipOne(): boolean {
    if (this.isAt("\n")) this.literalsPassed++;
    this.position++;
    return true;
  }
}
