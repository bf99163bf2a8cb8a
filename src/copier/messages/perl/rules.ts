// Where JavaScript would find something else than Perl, and no other way to write it is known: refused.
//
// A group that did not take part matches nothing in Perl, and the empty text in JavaScript. When something is repeated,
// JavaScript forgets at each turn what its groups matched, and takes no turn that matches the empty text; Perl does
// neither. Behind `(?<=`, JavaScript reads backwards.

import { ExpressionError, type Piece } from "./piece.ts";
import type { Node, Regex, Repeat } from "./regex-nodes.ts";

/** Groups that may be there, but not everything may refer to them. */
export interface UnsteadyGroups {
  /** Their text may be another than in Perl. */
  readonly text: ReadonlySet<number>;
  /** Or they may have taken part in the match in one of the two only. */
  readonly presence: ReadonlySet<number>;
}

/** @throws ExpressionError */
export function checkRegex(regex: Regex, piece: Piece): UnsteadyGroups {
  const rules = new Rules(piece);
  rules.walk(regex.root, new Set(), false);
  for (const { group, at } of rules.references) {
    if (rules.unsteady.has(group)) throw new ExpressionError(unsteadyGroup, piece, at);
  }
  return { text: rules.unsteady, presence: rules.unclear };
}

export const unsteadyGroup = "a group that is repeated, and may match nothing, cannot be referred to";

class Rules {
  readonly unsteady = new Set<number>();
  readonly unclear = new Set<number>();
  readonly references: { group: number; at: number }[] = [];
  readonly #piece: Piece;

  constructor(piece: Piece) {
    this.#piece = piece;
  }

  /** Given the groups that have matched for certain before a node, those that have behind it. */
  walk(node: Node, before: ReadonlySet<number>, isBackwards: boolean): ReadonlySet<number> {
    switch (node.kind) {
      case "octet":
      case "place":
        return before;
      case "sequence":
        return node.items.reduce((set, item) => this.walk(item, set, isBackwards), before);
      case "choice": {
        const [first, ...others] = node.options.map((option) => this.walk(option, before, isBackwards));
        return new Set([...first!].filter((group) => others.every((other) => other.has(group))));
      }
      case "group":
        if (isBackwards) this.unsteady.add(node.number);
        return new Set([...this.walk(node.body, before, isBackwards), node.number]);
      case "look": {
        const inside = this.walk(node.body, before, isBackwards || !node.isAhead);
        // Perl remembers what they matched when the rest did not.
        if (node.isNegative) for (const group of groupsIn(node.body)) this.unsteady.add(group);
        return node.isNegative || !node.isAhead ? before : inside;
      }
      case "atomic":
        if (isBackwards) throw new ExpressionError("no possessive group behind (?<=", this.#piece, 0);
        return this.walk(node.body, before, isBackwards);
      case "repeat":
        return this.#repeat(node, before, isBackwards);
      case "reference":
        if (isBackwards || !before.has(node.group)) {
          throw new ExpressionError("a reference to a group that may not have matched", this.#piece, node.at);
        }
        this.references.push(node);
        return before;
    }
  }

  #repeat(node: Repeat, before: ReadonlySet<number>, isBackwards: boolean): ReadonlySet<number> {
    const { body, min, max } = node;
    if (max > min && mayBeEmpty(body) && !isEmptyLast(body)) {
      throw new ExpressionError("what is repeated must not match the empty text", this.#piece, node.at);
    }
    const behind = this.walk(body, before, isBackwards);
    if (max > min && mayBeEmpty(body)) for (const group of groupsIn(body)) this.unclear.add(group);
    if (max > 1) {
      for (const group of groupsIn(body)) if (!behind.has(group) || mayBeEmpty(body)) this.unsteady.add(group);
    }
    return min === 0 ? before : behind;
  }
}

export function mayBeEmpty(node: Node): boolean {
  switch (node.kind) {
    case "octet":
      return false;
    case "place":
    case "look":
    case "reference":
      return true;
    case "sequence":
      return node.items.every(mayBeEmpty);
    case "choice":
      return node.options.some(mayBeEmpty);
    case "group":
    case "atomic":
      return mayBeEmpty(node.body);
    case "repeat":
      return node.min === 0 || mayBeEmpty(node.body);
  }
}

/** Whether nothing else is tried when a node has matched the empty text: then a text that is not empty has been tried. */
export function isEmptyLast(node: Node): boolean {
  if (!mayBeEmpty(node)) return true;
  switch (node.kind) {
    case "octet":
    case "place":
    case "look":
    case "reference":
    case "atomic":
      return true;
    case "sequence":
      return node.items.every(isEmptyLast);
    case "choice":
      return node.options.findIndex(mayBeEmpty) === node.options.length - 1 && isEmptyLast(node.options.at(-1)!);
    case "group":
      return isEmptyLast(node.body);
    case "repeat":
      return !node.isLazy && isEmptyLast(node.body);
  }
}

function groupsIn(node: Node): readonly number[] {
  switch (node.kind) {
    case "octet":
    case "place":
    case "reference":
      return [];
    case "sequence":
      return node.items.flatMap(groupsIn);
    case "choice":
      return node.options.flatMap(groupsIn);
    case "group":
      return [node.number, ...groupsIn(node.body)];
    case "look":
    case "atomic":
    case "repeat":
      return groupsIn(node.body);
  }
}
