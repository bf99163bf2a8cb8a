// Makes text that came from elsewhere safe to show on a terminal, and short enough.

// Control characters, halves of surrogate pairs, line separators, what turns the direction of writing around, and what is not
// seen at all, so that two names look alike; but not the joiners, without which Persian and some emoji are not themselves.
const unsafe =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]/gu;

/** Replaces what could steer a terminal by `\x1b` or `\u202e`; backslashes stay as they are. */
export function printable(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** What SQLite or Node.js say in several lines, as one: each break with the blanks around it becomes a blank. */
export function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]\s*/g, " ").trim();
}

/** The beginning of a line of a server, as an error quotes it. */
export function excerpt(text: string): string {
  return cut(printable(cut(text, maxExcerpt)), maxExcerpt);
}

const maxExcerpt = 80;

/** At most this many characters; the last one says that there were more. */
export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** JSON in one line, for a program that reads line by line, which may be a terminal after all. */
export function printableJsonLine(value: unknown): string {
  return printableJson(value, 0);
}

/** JSON, indented, with the same characters escaped as JSON has it: a terminal reads them before a parser does. */
export function printableJson(value: unknown, indentation = 2): string {
  // Line breaks are between the values here, never in them.
  return JSON.stringify(value, null, indentation).replace(unsafe, (character) =>
    character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
