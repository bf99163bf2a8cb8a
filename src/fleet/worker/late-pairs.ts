// Pairs that are out of step for too long, told once until they are in step again.

import type { Fleet } from "../fleet.ts";
import type { Alert } from "./alerts.ts";

const mostAtOnce = 100;

/** `graceSeconds`: how much longer than its rhythm the lag of a pair may be. @throws InterimapError DATABASE_READ */
export async function latePairs({ database }: Pick<Fleet, "database">, graceSeconds: number): Promise<Alert[]> {
  const rows = await database.rows<{ name: string; groups: string; lag: number; every: number; reason: string | null }>(
    `update interimap_fleet.accounts set is_late = true
     where id in (
       select id from interimap_fleet.accounts
       where phase = 'sync' and status = 'waiting' and not is_late
       and coalesce(in_step, added) < now() - make_interval(secs => every_seconds + $1)
       order by id limit $2 for no key update skip locked
     )
     returning name, group_set as groups, extract(epoch from now() - coalesce(in_step, added))::int as lag,
       every_seconds as every, reason`,
    [graceSeconds, mostAtOnce],
  );
  return rows.map(({ name, groups, lag, every, reason }) => ({
    ...{ alert: "pair-late", account: name, groups, lagSeconds: lag, everySeconds: every },
    ...(reason !== null && { reason }),
  }));
}
