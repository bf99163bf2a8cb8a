// What each command that works on the servers is given.

import type { Config } from "../config/config.ts";
import type { Log } from "../log/log.ts";
import type { Secrets } from "../log/secrets.ts";
import type { Report } from "../sync/context/events.ts";
import type { Totals } from "../sync/context/totals.ts";

export interface CommandContext {
  readonly config: Config;
  readonly log: Log;
  /** Gets to know each secret before it is used. */
  readonly secrets: Pick<Secrets, "add">;
  readonly report: Report;
  readonly totals: Totals;
  /** Nothing is to be changed anywhere. */
  readonly isDryRun: boolean;
  /** The database's accounts are those of the configuration, under other names. */
  readonly areSameAccounts: boolean;
  /** Ends the run early: the work in hand is finished and recorded. */
  readonly signal: AbortSignal;
}
