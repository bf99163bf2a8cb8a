// How long things may take. Tests have less.

export interface Times {
  /** How long nobody may watch a job, where jobs end with their tab. */
  readonly unwatchedMs: number;
  /** How long a worker has to end by itself. */
  readonly endingMs: number;
  /** Between two looks at the load. */
  readonly overloadMs: number;
}

export const usualTimes: Times = { unwatchedMs: 30_000, endingMs: 20_000, overloadMs: 5_000 };
