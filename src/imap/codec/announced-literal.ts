// Whether a line of a response ends in the announcement of a literal (RFC 3501 4.3), or in text that looks like one.

/**
 * The size of the literal after a line of a response, if any: `{n}` of RFC 3501 section 9, `~{n}` of RFC 3516. `before`:
 * the response's lines before it.
 */
export function announcedSize(line: string, before: string): number | undefined {
  const end = lengthWithoutEnd(line);
  // No RFC lets a server write `{n+}`, but if one does, what follows is no response.
  const brace = line.charCodeAt(end - 2) === plus ? end - 2 : end - 1;
  if (line.charCodeAt(end - 1) !== closingBrace) return undefined;
  const start = line.lastIndexOf("{", brace);
  const digits = line.slice(start + 1, brace);
  if (start < 0 || !/^[0-9]+$/.test(digits)) return undefined;
  return before !== "" || mayAnnounceLiteral(line, start) ? Number(digits) : undefined;
}

const plus = 0x2b;
const tilde = 0x7e;
const closingBrace = 0x7d;

export const isFetch = /^\* [0-9]+ FETCH /i;

/** Texts for people end as they like, and so do tags, challenges, flags and numbers (RFC 3501 section 9, resp-text). */
const hasNoStrings = /^(?!\* )|^\* (?:[0-9]|(?:OK|NO|BAD|BYE|PREAUTH|CAPABILITY|ENABLED|FLAGS|VANISHED)(?: |$))/i;

/** A name that is no literal may contain `{n}`, even at its end, although it should be quoted then. */
const hasNames = /^\* (?:LIST|LSUB|STATUS) /i;
const whereNamesBegin = /^\* (?:STATUS|L(?:IST|SUB) \([^()]*\) (?:NIL|"[^"]?"|"\\."))$/i;
/** There can be no name here yet, only a literal. */
const whereDelimitersBegin = /^\* L(?:IST|SUB) \([^()]*\)$/i;

function mayAnnounceLiteral(line: string, start: number): boolean {
  if (isFetch.test(line)) return true;
  if (hasNoStrings.test(line)) return false;
  if (!hasNames.test(line)) return isInList(line.slice(0, start));
  const opening = line.charCodeAt(start - 1) === tilde ? start - 2 : start - 1;
  if (line[opening] === "(") return true;
  const before = line.slice(0, Math.max(0, opening));
  return line[opening] === " " && (whereNamesBegin.test(before) || whereDelimitersBegin.test(before));
}

/** In a response that we do not know, anything outside of lists may be text for people. */
function isInList(text: string): boolean {
  let depth = 0;
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) i += character === "\\" ? 1 : 0;
    else if (character === "(") depth++;
    else if (character === ")") depth--;
  }
  return depth > 0;
}

/** Some servers end a line with LF alone. */
export function lengthWithoutEnd(line: string): number {
  return line.length - (line.charCodeAt(line.length - 2) === 0x0d ? 2 : 1);
}
