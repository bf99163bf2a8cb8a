// A regular expression as a tree, with the flags of Perl already worked in.

import type { OctetSet } from "./octet-set.ts";

export type Node =
  | { readonly kind: "octet"; readonly set: OctetSet }
  /** Matches nothing but a place; `source` is JavaScript. */
  | { readonly kind: "place"; readonly source: string }
  | { readonly kind: "sequence"; readonly items: readonly Node[] }
  | { readonly kind: "choice"; readonly options: readonly Node[] }
  /** Counted from 1, as in Perl. */
  | { readonly kind: "group"; readonly number: number; readonly body: Node }
  | { readonly kind: "look"; readonly isAhead: boolean; readonly isNegative: boolean; readonly body: Node }
  /** Not entered again once it has matched. */
  | { readonly kind: "atomic"; readonly body: Node }
  | Repeat
  /** What a group matched, once more; `at`: where it stands in the expression. */
  | { readonly kind: "reference"; readonly group: number; readonly at: number };

export interface Repeat {
  readonly kind: "repeat";
  readonly body: Node;
  readonly min: number;
  readonly max: number;
  readonly isLazy: boolean;
  /** Where it stands in the expression. */
  readonly at: number;
}

export interface Regex {
  readonly root: Node;
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}
