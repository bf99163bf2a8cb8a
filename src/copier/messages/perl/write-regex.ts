// Writes a tree as the source of a JavaScript expression that needs no flags.

import { setSource } from "./octet-set.ts";
import type { Node } from "./regex-nodes.ts";

export interface RegexSource {
  readonly source: string;
  /** For each group of Perl's its number in JavaScript, where there may be others between. */
  readonly groups: ReadonlyMap<number, number>;
}

/** `groupsBefore`: there are as many in what the source is to be put behind. */
export function writeRegex(root: Node, groupsBefore = 0): RegexSource {
  const groups = new Map<number, number>();
  let count = groupsBefore;
  const inParentheses = (node: Node): string => `(?:${write(node)})`;
  const write = (node: Node): string => {
    switch (node.kind) {
      case "octet":
        return setSource(node.set);
      case "place":
        return node.source;
      case "sequence":
        return node.items.map((item) => (item.kind === "choice" ? inParentheses(item) : write(item))).join("");
      case "choice":
        return node.options.map(write).join("|");
      case "group":
        groups.set(node.number, ++count);
        return `(${write(node.body)})`;
      case "look":
        return `(?${node.isAhead ? "" : "<"}${node.isNegative ? "!" : "="}${write(node.body)})`;
      case "atomic": {
        // What a lookahead has found is not tried again.
        const number = ++count;
        return `(?=(${write(node.body)}))(?:\\${number})`;
      }
      case "repeat": {
        const body = node.body.kind === "octet" ? write(node.body) : inParentheses(node.body);
        return `${body}${quantifier(node.min, node.max)}${node.isLazy ? "?" : ""}`;
      }
      case "reference":
        return `(?:\\${groups.get(node.group)!})`;
    }
  };
  return { source: write(root), groups };
}

function quantifier(min: number, max: number): string {
  if (min === 0 && max === 1) return "?";
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  return min === max ? `{${min}}` : `{${min},${max}}`;
}
