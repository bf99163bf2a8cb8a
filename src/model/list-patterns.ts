// Whether a name that a server tells can be an answer to LIST with some patterns (RFC 3501 6.3.8). Servers write names in
// other ways than they were asked for: only what is certainly something else does not match. Pure.

import { decodeUtf7 } from "./mailbox-name.ts";

/** Raw octets, as the server gets them. */
export interface AskedFor {
  readonly reference: string;
  readonly patterns: readonly string[];
}

/** Whether a name may have been asked for; without the delimiter, `%` stands for anything. Names of ours have NUL for it. */
export type MayMatch = (wireName: string, delimiter: string | null) => boolean;

export function listPatterns({ reference, patterns }: AskedFor): MayMatch {
  if (reference === "" && patterns.includes("*")) return () => true;
  const whole = patterns.map((pattern) => alike(reference + pattern));
  const names = new Set(whole.filter((pattern) => !/[*%]/.test(pattern)));
  const wild = whole.filter((pattern) => /[*%]/.test(pattern));
  const expressions = new Map<string | null, RegExp[]>();
  const withDelimiter = (delimiter: string | null): RegExp[] => {
    const made = expressions.get(delimiter) ?? wild.map((pattern) => expression(pattern, delimiter));
    expressions.set(delimiter, made);
    return made;
  };
  return (wireName, delimiter) => {
    // Not modified UTF-7: how it was meant, nobody knows.
    if (/[^\0\x20-\x7e]/.test(wireName)) return true;
    const isLevel = delimiter !== null && wireName.length > 1 && wireName.endsWith(delimiter);
    const name = alike(isLevel ? wireName.slice(0, -1) : wireName);
    return names.has(name) || withDelimiter(delimiter).some((one) => one.test(name));
  };
}

/** INBOX may be written in any case, and so may every name on some servers; others compose or decompose characters. */
function alike(text: string): string {
  return decodeUtf7(text).normalize("NFC").toLowerCase();
}

function expression(pattern: string, delimiter: string | null): RegExp {
  const level = delimiter === null ? "." : `[^${escaped(delimiter)}]`;
  const source = pattern.replace(/[*%]+|[^*%]+/g, (part) => {
    if (!/[*%]/.test(part)) return escaped(part);
    return part.includes("*") ? ".*" : `${level}*`;
  });
  return new RegExp(`^${source}$`, "s");
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
