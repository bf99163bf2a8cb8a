// When something was tried that a server refused, as two tables have it.

import { timeOf } from "./times.ts";

export interface Attempts {
  /** To the second. */
  readonly firstAttempt: Date;
  readonly lastAttempt: Date;
  readonly attempts: number;
}

export interface AttemptsRow {
  readonly first_attempt: number;
  readonly last_attempt: number;
  readonly attempts: number;
}

export function attemptsOf({ first_attempt, last_attempt, attempts }: AttemptsRow): Attempts {
  return { firstAttempt: timeOf(first_attempt), lastAttempt: timeOf(last_attempt), attempts };
}
