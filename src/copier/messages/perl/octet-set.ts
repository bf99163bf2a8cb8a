// Sets of octets, as character classes are: of strings that are octets Perl takes only ASCII for letters and blanks.

/** 256 entries, 1 where the octet belongs to it. */
export type OctetSet = Uint8Array;

export function octetsThat(isMember: (octet: number) => boolean): OctetSet {
  return Uint8Array.from({ length: 256 }, (_, octet) => (isMember(octet) ? 1 : 0));
}

/** A class in the notation of JavaScript without flags, which means the same here for octets. */
function classOf(source: string): OctetSet {
  const expression = new RegExp(`[${source}]`);
  return octetsThat((octet) => expression.test(String.fromCharCode(octet)));
}

export function complement(set: OctetSet): OctetSet {
  return set.map((member) => 1 - member);
}

export function addAll(to: OctetSet, from: OctetSet): void {
  for (const [octet, member] of from.entries()) if (member === 1) to[octet] = 1;
}

/** With the other case of each ASCII letter. */
export function withBothCases(set: OctetSet): OctetSet {
  return octetsThat((octet) => set[octet] === 1 || (isLetter(octet) && set[octet ^ 0x20] === 1));
}

function isLetter(octet: number): boolean {
  const lower = octet | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

export const anyOctet = octetsThat(() => true);
export const notNewline = octetsThat((octet) => octet !== 0x0a);

const digit = classOf("0-9");
const word = classOf("A-Za-z0-9_");
const space = classOf("\\t\\n\\v\\f\\r\\x20");
const horizontal = classOf("\\t\\x20\\xa0");
const vertical = classOf("\\n\\v\\f\\r\\x85");

/** `\d` and its like. */
export const classEscapes: Readonly<Record<string, OctetSet>> = {
  ...{ d: digit, w: word, s: space, h: horizontal, v: vertical },
  ...{ D: complement(digit), W: complement(word), S: complement(space) },
  ...{ H: complement(horizontal), V: complement(vertical), N: notNewline },
};

/** `[:alpha:]` and its like. */
export const posixClasses: Readonly<Record<string, OctetSet>> = {
  ...{
    alpha: classOf("A-Za-z"),
    digit,
    alnum: classOf("A-Za-z0-9"),
    word,
    upper: classOf("A-Z"),
    lower: classOf("a-z"),
  },
  ...{ space, blank: classOf("\\t\\x20"), xdigit: classOf("0-9A-Fa-f"), ascii: classOf("\\0-\\x7f") },
  ...{
    punct: classOf("!-\\/:-@[-`{-~"),
    graph: classOf("!-~"),
    print: classOf("\\x20-~"),
    cntrl: classOf("\\0-\\x1f\\x7f"),
  },
};

/** As JavaScript writes it. */
export function setSource(set: OctetSet): string {
  const ranges = rangesOf(set);
  const [first] = ranges;
  if (first === undefined) return "(?!)";
  if (ranges.length === 1 && first[0] === first[1]) return octetSource(first[0]);
  if (ranges.length === 1 && first[0] === 0 && first[1] === 255) return "[^]";
  const inside = ranges.map(([from, to]) =>
    from === to ? octetSource(from) : `${octetSource(from)}-${octetSource(to)}`,
  );
  return `[${inside.join("")}]`;
}

function rangesOf(set: OctetSet): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  for (let from = set.indexOf(1); from !== -1;) {
    const end = set.indexOf(0, from);
    ranges.push([from, end === -1 ? 255 : end - 1]);
    from = end === -1 ? -1 : set.indexOf(1, end);
  }
  return ranges;
}

function octetSource(octet: number): string {
  const character = String.fromCharCode(octet);
  return /[A-Za-z0-9]/.test(character) ? character : `\\x${octet.toString(16).padStart(2, "0")}`;
}
