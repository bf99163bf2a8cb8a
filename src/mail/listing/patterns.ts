// Translates patterns of mailboxes from the program's notation to that of each server, with its hierarchy delimiter and its
// names. Pure.

import { readings } from "../../model/given-name.ts";
import { listPatterns, type MayMatch } from "../../model/list-patterns.ts";
import { canonicalName, fromWire, type Naming } from "../../model/mailbox-name.ts";
import { type NamePair, theirName } from "../../model/name-pairs.ts";
import { type PerSide, perSide } from "../../model/side.ts";

export interface Patterns {
  /** NUL, or the local server's delimiter, stands for the hierarchy delimiter. */
  readonly patterns: readonly string[];
  /** They are what somebody typed, perhaps as lines show them: UTF-8, and `/` for the delimiter. */
  readonly isTyped?: boolean;
}

/** The form of a server's names; the reference does not matter. */
export type NamesOf = Pick<Naming, "delimiter" | "pairs">;

/** The patterns for each server. */
export function patternsFor(query: Patterns, namings: PerSide<NamesOf>): PerSide<readonly string[]> {
  const neutral = neutralPatterns(query, namings.local.delimiter);
  return perSide((side) => {
    const { delimiter, pairs = [] } = namings[side];
    const all = neutral.flatMap((pattern) => [pattern, ...elsewhere(pattern, pairs)]);
    return [...new Set(all.flatMap((pattern) => patternOn(delimiter, pattern)))];
  });
}

/** Which names on the wire may be listed, on each side. */
export function listedNames(query: Patterns, namings: PerSide<Naming>): PerSide<MayMatch> {
  const patterns = patternsFor(query, namings);
  const ours = listPatterns({ reference: "", patterns: neutralPatterns(query, namings.local.delimiter) });
  return perSide((side): MayMatch => {
    const naming = namings[side];
    const asked = listPatterns({ reference: naming.reference, patterns: patterns[side] });
    if (!hasPairs(naming)) return asked;
    // The server is asked for more than is meant.
    return (wireName, delimiter) => {
      const name = fromWire(wireName, naming);
      return name === undefined ? asked(wireName, delimiter) : ours(name, "\0");
    };
  });
}

/** Whether any name has to be translated: if not, these patterns can be sent as they are. */
export function arePlain({ patterns }: Patterns): boolean {
  return patterns.every((pattern) => /^[A-Za-z0-9*%]*$/u.test(pattern));
}

export function hasPairs({ pairs }: Pick<Naming, "pairs">): boolean {
  return pairs !== undefined && pairs.length > 0;
}

function neutralPatterns({ patterns, isTyped = false }: Patterns, local: string | null): readonly string[] {
  // RFC 3501 6.3.8: servers need not list INBOX for `inbox`, although it is its name (5.1).
  return patterns
    .map(canonicalName)
    .flatMap((pattern) =>
      isTyped ? readings(pattern, local) : [local === null ? pattern : pattern.replaceAll(local, "\0")],
    );
}

/** Other places on the server for mailboxes that have this name in the program. */
function elsewhere(pattern: string, pairs: readonly NamePair[]): readonly string[] {
  if (pattern === "*") return [];
  if (/[*%]/.test(pattern)) return pairs.flatMap(({ theirs }) => [theirs, `${theirs}\0*`]);
  const name = theirName(pattern, pairs);
  return name === undefined || name === pattern ? [] : [name];
}

/** None if no name can match: the server would take its own delimiter for a level that nobody asked for. */
function patternOn(delimiter: string | null, pattern: string): string[] {
  if (delimiter === null) return pattern.includes("\0") ? [] : [pattern];
  return pattern.includes(delimiter) ? [] : [pattern.replaceAll("\0", delimiter)];
}
