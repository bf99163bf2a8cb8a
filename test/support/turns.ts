// Tests that are the same for several values, e.g. for either side, take turns in `npm test`: each is made for one of the values,
// the next one for the next value. THOROUGH=1 makes each for all of them, and runs of the command have a process each.
// THOROUGH=campaigns, as in `npm run test:fault`, also makes campaigns in full (test/fault/campaign.ts), and more rounds.

import { test } from "node:test";

type Test = typeof test;

const { THOROUGH } = process.env;
export const isThorough = THOROUGH === "1" || THOROUGH === "campaigns";
/** `npm run test:fault`: what goes through many cases goes through all of them, or through far more. */
export const isCampaign = THOROUGH === "campaigns";

/** Instead of test(), of the value in hand. For each value the same tests must be asked for, in the same order. */
export function inTurn<V>(
  values: readonly V[],
  register: (...args: never[]) => unknown = test,
  all = isThorough,
): (value: V) => Test {
  const asked = values.map(() => 0);
  return (value) => {
    const index = values.indexOf(value);
    const registered = (...args: never[]): unknown => {
      const isItsTurn = whoseTurn(asked[index]!++, values.length) === index;
      return all || isItsTurn ? register(...args) : undefined;
    };
    return registered as Test;
  };
}

/** Thue and Morse's sequence: unlike a plain rotation, it falls in with no loop over two or three other things. */
function whoseTurn(asked: number, count: number): number {
  let digits = 0;
  if (count > 1) for (let rest = asked; rest > 0; rest = Math.trunc(rest / count)) digits += rest % count;
  return digits % count;
}

/** Every so many-th of rows that differ little, with the first one. */
export function oneIn<V>(count: number, rows: readonly V[], all = isThorough): readonly V[] {
  return all ? rows : rows.filter((_, index) => index % count === 0);
}
