// Which lies are told where, when there is no time for all of them everywhere: the same lie about the same answer to the same
// command meets the same code, whatever the scenario. So
//   - at each place, in each scenario and both ways round, one lie at least is told,
//   - each lie that can be told of a kind of place (lie-kinds.ts) is told at so many places of that kind, or at all of them,
//   - each lie that can be told in a scenario is told in it.
// Where, the order of the cases says.

import { groupBy } from "../../src/util/group-by.ts";

/** Of one case; texts that are equal mean the same. */
export interface Traits {
  readonly place: string;
  readonly kind: string;
  readonly scenario: string;
  readonly lie: string;
}

export interface Choice<C> {
  readonly traitsOf: (one: C) => Traits;
  /** Places for each lie of a kind. */
  readonly places: number;
}

/** Keeps the order. */
export function choose<C>(cases: readonly C[], { traitsOf, places }: Choice<C>): C[] {
  const told = new Map<string, number>();
  const all = cases.map((one): Candidate<C> => {
    const { place, kind, scenario, lie } = traitsOf(one);
    return { one, place, inKind: `kind ${kind}: ${lie}`, inScenario: `scenario ${scenario}: ${lie}` };
  });
  const chosen = new Set<C>();
  const count = (what: string): number => told.get(what) ?? 0;
  const take = ({ one, inKind, inScenario }: Candidate<C>): void => {
    chosen.add(one);
    for (const what of [inKind, inScenario]) told.set(what, count(what) + 1);
  };
  const isRarer = (a: Candidate<C>, b: Candidate<C>): boolean => {
    const difference = count(a.inKind) - count(b.inKind);
    return difference < 0 || (difference === 0 && count(a.inScenario) < count(b.inScenario));
  };
  for (const some of groupBy(all, ({ place }) => place).values())
    take(some.reduce((rarest, one) => (isRarer(one, rarest) ? one : rarest)));
  for (const one of all) if (!chosen.has(one.one) && count(one.inKind) < places) take(one);
  for (const one of all) if (!chosen.has(one.one) && count(one.inScenario) === 0) take(one);
  return cases.filter((one) => chosen.has(one));
}

interface Candidate<C> {
  readonly one: C;
  readonly place: string;
  /** The lie in its kind, and in its scenario. */
  readonly inKind: string;
  readonly inScenario: string;
}
