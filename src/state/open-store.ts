// Opens the database: creates the file, locks it, creates the tables. In this order, and before any network traffic.

import type { Fence } from "../model/fence.ts";
import type { Claim } from "./account-claim.ts";
import { lostLogError } from "./database-error.ts";
import { settleDatabaseFile } from "./database-file.ts";
import { leftoverLog } from "./leftover-log.ts";
import { Connection } from "./sqlite.ts";
import { Store } from "./state-store.ts";

export interface StoreOptions {
  /** Its directory must exist. */
  readonly path: string;
  /** Not for who only looks. */
  readonly claim?: Claim;
  /** Asked before each commit. */
  readonly fence?: Fence | undefined;
}

/**
 * Throws DATABASE_CREATE, DATABASE_LOCKED, DATABASE_READ, DATABASE_VERSION or OTHER_ACCOUNTS; what the database holds is then
 * unchanged. One of an older version waits for {@link Store.upgrade}. One that was not closed in order is read as a whole:
 * the log beside it may be damaged, or another database's.
 */
export function openStore({ path, claim, fence }: StoreOptions): Store {
  const absolute = settleDatabaseFile(path);
  const log = leftoverLog(absolute);
  if (log === "garbage" || log === "foreign") throw lostLogError(absolute, log);
  const connection = new Connection(absolute, fence);
  try {
    const store = new Store(connection, claim);
    if (log === "readable") store.check();
    return store;
  } catch (error) {
    connection.close();
    throw error;
  }
}
