// What is recorded of messages that a server refused, and making it time to offer them again.

import type { InterimapHome } from "../support/run-interimap.ts";
import { dump, execute } from "../unit/store/databases.ts";

export interface RefusedRow {
  readonly side: unknown;
  readonly uid: number;
  readonly size: number;
  readonly messageId: unknown;
  readonly reason: unknown;
  readonly attempts: number;
}

/** Not while a process has the database. */
export function refusedIn({ databaseFile }: InterimapHome): RefusedRow[] {
  const rows = dump(databaseFile).rows["refused"] ?? [];
  return rows.map(([, side, uid, size, messageId, reason, , , attempts]) => ({
    ...{ side, messageId, reason },
    ...{ uid: Number(uid), size: Number(size), attempts: Number(attempts) },
  }));
}

/** As if the last attempt had been long ago. */
export function makeDue({ databaseFile }: InterimapHome): void {
  execute(databaseFile, "UPDATE refused SET last_attempt = last_attempt - 86400");
}
