// Random choices of which some are more likely than others.

import type { Random } from "../support/random.ts";

export type Weighted<T> = readonly (readonly [weight: number, choice: T])[];

export function pickWeighted<T>(random: Random, choices: Weighted<T>): T {
  let at = random.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
  const [, choice] = choices.find(([weight]) => (at -= weight) < 0) ?? choices[0]!;
  return choice;
}
