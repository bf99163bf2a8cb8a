// Finds an order in which mailboxes of one server can be renamed if some take the names of others. Pure.
//
// A rename takes everything below along (RFC 3501 6.3.5), and needs a name that neither exists nor has anything below it. If
// there is no such order, for instance because two exchange names, a mailbox gets a temporary name first. After each step, the
// listings show what is still to be done.

import { isWithin, renamedAlong } from "../../model/mailbox-name.ts";
import { settledName, temporaryName } from "../../model/temporary-name.ts";

export interface RenameStep {
  readonly from: string;
  readonly to: string;
}

interface Item {
  name: string;
  /** Undefined: it goes along with a mailbox above it. */
  goal: string | undefined;
}

type Open = Item & { readonly goal: string };

function isOpen(item: Item): item is Open {
  return item.goal !== undefined && item.goal !== item.name;
}

function takesAlong(above: Open, item: Open): boolean {
  return isWithin(item.name, above.name) && item.goal === renamedAlong(item.name, { from: above.name, to: above.goal });
}

export interface StepSituation {
  /** All mailboxes of the server. */
  readonly names: Iterable<string>;
  /** Known mailboxes, which have a place of their own. */
  readonly goals: ReadonlyMap<string, string>;
}

/** Undefined if there is no way. */
export function planRenameSteps({ names, goals }: StepSituation): readonly RenameStep[] | undefined {
  const all = [...names];
  // The others go along, unless they would take the place of one that has a goal.
  return stepsTo({ names: all, goals }) ?? stepsTo({ names: all, goals: new Map([...all.map(staying), ...goals]) });
}

function staying(name: string): [string, string] {
  return [name, settledName(name)];
}

function stepsTo({ names, goals }: StepSituation): readonly RenameStep[] | undefined {
  const items = [...names].map((name): Item => {
    const settled = settledName(name);
    return { name, goal: goals.get(name) ?? (settled === name ? undefined : settled) };
  });
  const steps: RenameStep[] = [];
  const go = (from: string, to: string): void => {
    steps.push({ from, to });
    for (const item of items) if (isWithin(item.name, from)) item.name = renamedAlong(item.name, { from, to });
  };
  const isFree = (name: string): boolean => !items.some((item) => isWithin(item.name, name));
  const open = (): Open[] => {
    const left: Open[] = [];
    for (const item of items.filter(isOpen).sort((a, b) => a.name.length - b.name.length))
      if (!left.some((other) => takesAlong(other, item))) left.push(item);
    return left;
  };

  const most = 4 * items.length + 4;
  for (let left = open(); left.length > 0; left = open()) {
    if (steps.length > most) return undefined;
    // A mailbox that will be above another comes first: later, it could no longer take its name.
    const next = left
      .toSorted((a, b) => a.goal.length - b.goal.length)
      .find(({ name, goal }) => isFree(goal) && !isWithin(goal, name));
    if (next !== undefined) {
      go(next.name, next.goal);
      continue;
    }
    const { name, goal } = left[0]!;
    const obstacle = isWithin(goal, name) ? name : goal;
    const aside = temporaryName(obstacle);
    if (!isFree(aside)) return undefined;
    // A mailbox that makes room and has no other goal comes back, or goes along with a mailbox above it.
    const isAlong = ({ name: below }: Item): boolean =>
      items.some(
        (item) =>
          item.goal !== undefined && item.name !== below && isWithin(item.name, goal) && isWithin(below, item.name),
      );
    const back =
      obstacle === name
        ? []
        : items.filter((item) => isWithin(item.name, goal) && item.goal === undefined && !isAlong(item));
    for (const item of back) item.goal = item.name;
    go(obstacle, aside);
  }
  return steps;
}
