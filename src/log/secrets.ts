// Blanks our own credentials out of whatever a server says: some repeat the command that they do not understand.

const shown = "[redacted]";

/** Longer texts are not for people. They are cut before they are searched, so that no server can make us search megabytes. */
const maxLooked = 8192;

/** Fewer characters are part of many words: they are blanked out only where they stand alone. */
const minAnywhere = 4;

export class Secrets {
  readonly #secrets = new Set<string>();
  /** Made when there is something to look through: in most runs, never. */
  #all: RegExp | undefined;

  /** From now on neither this, given as text, nor any form in which it is sent is shown. */
  add(secret: string): void {
    if (secret === "") return;
    this.#secrets.add(secret);
    this.#all = undefined;
  }

  /** `text` as decoded characters, or as octets, one character each (latin1). */
  blank(text: string): string {
    if (this.#secrets.size === 0) return text;
    this.#all ??= anyOf(new Set([...this.#secrets].flatMap(patternsOf)));
    return text.slice(0, maxLooked).replace(this.#all, shown) + text.slice(maxLooked);
  }
}

function patternsOf(secret: string): string[] {
  const octets = Buffer.from(secret, "utf8");
  const asText = [...secret].map(formsOf).join("");
  return [
    ...(secret.length < minAnywhere ? [standingAlone(asText)] : [asText, [...octets].map(hex).join("[ :]?")]),
    ...base64Forms(octets).map((text) => `[A-Za-z0-9+/_-]{0,2}${base64Pattern(text)}[A-Za-z0-9+/_=-]{0,3}`),
  ];
}

function standingAlone(pattern: string): string {
  return `(?<![A-Za-z0-9])${pattern}(?![A-Za-z0-9])`;
}

function quoted(text: string): string {
  return text.replace(/["\\]/g, "\\$&");
}

/** One character: as text or as octets, quoted, or as octets in URLs (RFC 3986 2.1), mail (RFC 2045 6.7), and programs. */
function formsOf(character: string): string {
  const octets = Buffer.from(character, "utf8");
  const encoded = ["[%=]", "\\\\x"].map((mark) => [...octets].map((octet) => mark + hex(octet)).join(""));
  const plain = [quoted(character), octets.toString("latin1"), character, ...(character === " " ? ["+"] : [])];
  return `(?:${[...new Set([...encoded, ...plain.map(escaped)])].join("|")})`;
}

function hex(octet: number): string {
  return octet.toString(16).padStart(2, "0");
}

function anyOf(patterns: ReadonlySet<string>): RegExp {
  const longestFirst = [...patterns].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.join("|"), "gi");
}

/** In either alphabet (RFC 4648 4 and 5), also as part of a URL. */
function base64Pattern(text: string): string {
  return text.replaceAll("+", "(?:[+-]|%2b)").replaceAll("/", "(?:[/_]|%2f)");
}

/** What any base64 text that has these octets in it contains: they may begin at each of its three places. */
function base64Forms(octets: Buffer): string[] {
  return [0, 1, 2]
    .map((before) => {
      const text = Buffer.concat([Buffer.alloc(before), octets]).toString("base64");
      return text.slice(before === 0 ? 0 : before + 1, Math.floor(((before + octets.length) * 8) / 6));
    })
    .filter((text) => text.length >= minAnywhere);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
