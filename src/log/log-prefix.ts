// The log-prefix setting: a printf-like format with conditions, parsed once and expanded for every line.

export type LogPrefixPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value"; readonly of: string }
  /** %?X?then&otherwise? */
  | { readonly kind: "condition"; readonly of: string; readonly then: LogPrefix; readonly otherwise: LogPrefix };

export type LogPrefix = readonly LogPrefixPart[];

export interface LogPrefixValues {
  readonly component?: string | undefined;
  readonly mailbox?: string | undefined;
}

export const defaultLogPrefix = "%?n?%?m?%n(%m)&%n?: ?";

/** Any text is a format: what has no meaning stands for itself. */
export function parseLogPrefix(format: string): LogPrefix {
  const parts: LogPrefixPart[] = [];
  for (let at = 0; at < format.length;) {
    const { part, next } = parsePart(format, at) ?? { part: text(format.charAt(at)), next: at + 1 };
    parts.push(part);
    at = next;
  }
  return parts;
}

export function formatLogPrefix(prefix: LogPrefix, values: LogPrefixValues): string {
  return prefix.map((part) => formatPart(part, values)).join("");
}

function formatPart(part: LogPrefixPart, values: LogPrefixValues): string {
  if (part.kind === "text") return part.text;
  const value = valueOf(part.of, values);
  if (part.kind === "value") return value;
  return formatLogPrefix(value === "" ? part.otherwise : part.then, values);
}

/** %n is the component (local or remote), %m the mailbox; a condition may name others, which are always empty. */
function valueOf(specifier: string, { component = "", mailbox = "" }: LogPrefixValues): string {
  return specifier === "n" ? component : specifier === "m" ? mailbox : "";
}

interface Parsed<T> {
  readonly part: T;
  /** Index of the first character not taken. */
  readonly next: number;
}

const token = /%\?([A-Za-z])\?|%([nm])|%(%)|\\([&?\\])|([^%&?\\]+)/y;

/** Undefined where nothing begins that has a meaning. */
function parsePart(format: string, at: number): Parsed<LogPrefixPart> | undefined {
  token.lastIndex = at;
  const [whole = "", condition, specifier, percent, escaped, plain] = token.exec(format) ?? [];
  if (whole === "") return undefined;
  const next = at + whole.length;
  if (condition !== undefined) return parseCondition(format, next, condition);
  if (specifier !== undefined) return { part: { kind: "value", of: specifier }, next };
  return { part: text(percent ?? escaped ?? plain ?? ""), next };
}

/** Undefined when it is not closed: then its beginning is text. */
function parseCondition(format: string, start: number, of: string): Parsed<LogPrefixPart> | undefined {
  const then = parseBranch(format, start);
  const otherwise = format[then.next] === "&" ? parseBranch(format, then.next + 1) : { part: [], next: then.next };
  if (format[otherwise.next] !== "?") return undefined;
  return { part: { kind: "condition", of, then: then.part, otherwise: otherwise.part }, next: otherwise.next + 1 };
}

/** Up to the first character that is none of its parts: the & or ? that ends it, or a mistake. */
function parseBranch(format: string, start: number): Parsed<LogPrefix> {
  const parts: LogPrefixPart[] = [];
  let at = start;
  for (;;) {
    const parsed = parsePart(format, at) ?? unknownSpecifier(format, at);
    if (parsed === undefined) return { part: parts, next: at };
    parts.push(parsed.part);
    at = parsed.next;
  }
}

function unknownSpecifier(format: string, at: number): Parsed<LogPrefixPart> | undefined {
  const pair = format.slice(at, at + 2);
  return /^%[^?]$/s.test(pair) ? { part: text(pair), next: at + 2 } : undefined;
}

function text(text: string): LogPrefixPart {
  return { kind: "text", text };
}
