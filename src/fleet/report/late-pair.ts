// Which pairs are late, for whoever looks at all of them. (An alert has a limit of its own: see late-pairs.ts.)

/**
 * Of a pair in `accounts`: it has been out of step for more than twice its rhythm. One that was never in step is so since it was
 * added.
 */
export const isLate =
  "coalesce(accounts.in_step, accounts.added) < now() - make_interval(secs => 2 * accounts.every_seconds)";
