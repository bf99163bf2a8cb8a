// Finds renames that belong together, because some of their names are the same or above one another. Pure.

import { isWithin, renamedAlong } from "../../model/mailbox-name.ts";
import { sides } from "../../model/side.ts";
import { isTemporary } from "../../model/temporary-name.ts";
import type { DecisionSituation, Held, Move, Renaming } from "./renaming.ts";

export interface Circle {
  readonly members: ReadonlySet<number>;
  /**
   * Whether an old name is another mailbox's now, or above its own new one, or a new name was another's. Then nobody could rename
   * them one by one, or say which was renamed.
   */
  readonly isExchange: boolean;
}

interface Link {
  readonly idx: number;
  readonly from: string;
  readonly tos: readonly string[];
  /** It made room in a run that was interrupted. */
  readonly isAside: boolean;
}

type Places = Pick<DecisionSituation, "known" | "listed">;

export function circlesAmong(all: readonly (Renaming | Move | Held)[], { known, listed }: Places): readonly Circle[] {
  const names = new Set(known.map(({ name }) => name));
  const links = all.map((one): Link => ({
    idx: one.idx,
    from: one.from,
    tos: newNames(one),
    isAside: "current" in one && isTemporary(one.current),
  }));
  const isNew = new Set(links.flatMap(({ tos }) => tos));
  // If it already has its new name.
  const isMadeAnew = ({ from, tos }: Link): boolean =>
    sides.some(
      (side) => listed[side].get(from)?.exists === true && tos.some((to) => listed[side].get(to)?.exists === true),
    );
  const levels = new Set(known.flatMap(({ name }) => levelsOf(name)));
  // Of mailboxes below, which go along.
  const isReusedBelow = ({ from, tos }: Link): boolean =>
    tos.some((to) => {
      if (!levels.has(to)) return false;
      return known.some(({ name }) => isWithin(name, from) && names.has(renamedAlong(name, { from, to })));
    });
  const isReused = (link: Link): boolean =>
    link.isAside ||
    isNew.has(link.from) ||
    link.tos.some((to) => names.has(to) || isTemporary(to) || isWithin(to, link.from)) ||
    isMadeAnew(link) ||
    isReusedBelow(link);
  return joined(links).map((circle) => ({
    members: new Set(circle.map(({ idx }) => idx)),
    isExchange: circle.some(isReused),
  }));
}

/** A mailbox that is left alone may have two names, and neither server's counts more. */
function newNames(one: Renaming | Held): readonly string[] {
  if (!("names" in one)) return [one.to];
  return one.names.filter((name) => name !== one.from);
}

function joined(links: readonly Link[]): readonly (readonly Link[])[] {
  const byName = new Map<string, Link[]>();
  for (const link of links)
    for (const name of [link.from, ...link.tos]) {
      const those = byName.get(name);
      if (those === undefined) byName.set(name, [link]);
      else those.push(link);
    }
  const circleOf = new Map<Link, Link[]>(links.map((link) => [link, [link]]));
  const join = (a: Link, b: Link): void => {
    const [larger, smaller] = [circleOf.get(a)!, circleOf.get(b)!].sort((one, other) => other.length - one.length);
    if (larger === undefined || smaller === undefined || larger === smaller) return;
    for (const link of smaller) circleOf.set(link, larger);
    larger.push(...smaller);
  };
  for (const [name, [first, ...others]] of byName) {
    if (first === undefined) continue;
    for (const other of others) join(first, other);
    for (const level of levelsOf(name)) {
      const [above] = byName.get(level) ?? [];
      if (above !== undefined) join(first, above);
    }
  }
  return [...new Set(circleOf.values())];
}

/** The name, and all above it. */
function levelsOf(name: string): readonly string[] {
  const parts = name.split("\0");
  return parts.map((_, at) => parts.slice(0, at + 1).join("\0"));
}
