// Accounts whose worker was lost at each attempt: something about them ends workers.

import type { Fleet } from "../fleet.ts";
import type { Alert } from "./alerts.ts";

/** @throws InterimapError DATABASE_READ */
export function buryLost({ database, queue }: Fleet): Promise<Alert[]> {
  return database.transaction(async (queries) => {
    const ids = await queue.takeLost(queries);
    if (ids.length === 0) return [];
    const reason = "at each attempt the worker was lost";
    const rows = await queries.rows<{ name: string; phase: string; groups: string }>(
      `update interimap_fleet.accounts set status = 'dead', reason = $2, changed = now()
       where id = any($1) and status = 'waiting' returning name, phase, group_set as groups`,
      [ids, reason],
    );
    return rows.map(({ name, phase, groups }) => ({
      ...{ alert: "account-dead", account: name, groups, phase, kind: "defect", reason },
    }));
  });
}
