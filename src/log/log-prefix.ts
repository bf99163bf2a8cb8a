// The log-prefix setting: a printf-like format with conditions, parsed once and expanded for every line.

/** %n is the component (local or remote), %m the mailbox. */
type Specifier = "n" | "m";

export type LogPrefixPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value"; readonly of: Specifier }
  /** %?X?then&otherwise? */
  | { readonly kind: "condition"; readonly of: Specifier; readonly then: LogPrefix; readonly otherwise: LogPrefix };

export type LogPrefix = readonly LogPrefixPart[];

export interface LogPrefixValues {
  readonly component?: string | undefined;
  readonly mailbox?: string | undefined;
}

export const defaultLogPrefix = "%?n?%?m?%n(%m)&%n?: ?";

/** Throws SyntaxError, its message a clause such as `"%x" is unknown`. */
export function parseLogPrefix(format: string): LogPrefix {
  const { parts, next } = parseParts(format, 0);
  if (next < format.length) throw new SyntaxError(`"${format[next]}" needs a backslash in front`);
  return parts;
}

export function formatLogPrefix(prefix: LogPrefix, values: LogPrefixValues): string {
  return prefix.map((part) => formatPart(part, values)).join("");
}

function formatPart(part: LogPrefixPart, values: LogPrefixValues): string {
  if (part.kind === "text") return part.text;
  const value = (part.of === "n" ? values.component : values.mailbox) ?? "";
  if (part.kind === "value") return value;
  return formatLogPrefix(value === "" ? part.otherwise : part.then, values);
}

interface Parsed {
  readonly parts: LogPrefix;
  /** Index of the first character not taken. */
  readonly next: number;
}

/** Up to the first bare & or ?, which is the caller's, or the end. */
function parseParts(format: string, start: number): Parsed {
  const parts: LogPrefixPart[] = [];
  const token = /%\?([nm])\?|%([nm%])|\\([&?\\])|([^%&?\\]+)/y;
  let at = start;
  while (at < format.length && format[at] !== "&" && format[at] !== "?") {
    token.lastIndex = at;
    const match = token.exec(format);
    if (match === null) throw new SyntaxError(complaint(format.slice(at)));
    at = token.lastIndex;
    const [, condition, specifier, escaped, text] = match;
    if (isSpecifier(condition)) {
      const { part, next } = parseCondition(format, at, condition);
      parts.push(part);
      at = next;
    } else if (isSpecifier(specifier)) {
      parts.push({ kind: "value", of: specifier });
    } else {
      parts.push({ kind: "text", text: text ?? escaped ?? "%" });
    }
  }
  return { parts, next: at };
}

function parseCondition(format: string, start: number, of: Specifier): { part: LogPrefixPart; next: number } {
  const then = parseParts(format, start);
  const otherwise = format[then.next] === "&" ? parseParts(format, then.next + 1) : { parts: [], next: then.next };
  if (format[otherwise.next] === undefined) throw new SyntaxError(`the condition "%?${of}?" is not closed by a "?"`);
  if (format[otherwise.next] === "&") throw new SyntaxError(`the condition "%?${of}?" has a second "&"`);
  return { part: { kind: "condition", of, then: then.parts, otherwise: otherwise.parts }, next: otherwise.next + 1 };
}

function isSpecifier(text: string | undefined): text is Specifier {
  return text === "n" || text === "m";
}

function complaint(rest: string): string {
  if (rest.startsWith("\\")) return 'a backslash must stand before "&", "?" or "\\"';
  if (rest.startsWith("%?")) return `"${rest.slice(0, 4)}" begins no condition`;
  return `"${rest.slice(0, 2)}" is unknown`;
}
