// The attempts at something that a server refused, as two tables record them.

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

/** For an UPDATE. The first one cannot have been later: the clock was put back. */
export const latestAttempt =
  "last_attempt = excluded.last_attempt, first_attempt = min(first_attempt, excluded.last_attempt)";

export function attemptsOf({ first_attempt, last_attempt, attempts }: AttemptsRow): Attempts {
  return { firstAttempt: timeOf(first_attempt), lastAttempt: timeOf(last_attempt), attempts };
}
