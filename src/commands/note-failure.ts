// Leaves word of why a run failed, for --status.

import type { Config } from "../config/config.ts";
import type { Log } from "../log/log.ts";
import { type ErrorCode, InterimapError } from "../model/errors.ts";
import { recordFailure } from "../service/last-failure.ts";

interface Place {
  readonly config: Pick<Config, "database">;
  readonly log: Pick<Log, "debug">;
}

/** They say nothing of how the accounts fare: somebody wanted it so, another process is at work, or it is about others. */
const noFailures: readonly ErrorCode[] = ["INTERRUPTED", "DATABASE_LOCKED", "OTHER_ACCOUNTS"];

/** @throws whatever `work` throws. */
export async function notingFailure<T>({ config, log }: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InterimapError && !noFailures.includes(error.code)) recordFailure(config.database, error, log);
    throw error;
  }
}
