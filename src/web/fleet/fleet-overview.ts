// What the page of a fleet shows, as one value.

import type { Queries } from "../../fleet/database/database.ts";
import { gatherStatus } from "../../fleet/report/gather-status.ts";
import { isLate } from "../../fleet/report/late-pair.ts";
import type { FleetAccount, FleetFilter, FleetOverview } from "../page/props.ts";

const mostAccounts = 100;
const mostReasons = 20;

export async function fleetOverview(queries: Queries, filter: FleetFilter): Promise<FleetOverview> {
  const accounts = await accountsIn(queries, filter);
  return {
    status: await gatherStatus(queries),
    reasons: await reasonsIn(queries),
    accounts: accounts.slice(0, mostAccounts),
    hasMore: accounts.length > mostAccounts,
  };
}

/** One more than are shown. `running`: those that somebody works on. */
function accountsIn(queries: Queries, { q, status, group, after }: FleetFilter): Promise<FleetAccount[]> {
  return queries.rows<FleetAccount>(
    `select accounts.name, host1, host2, accounts.phase, status, reason, messages, copied_messages as copied, worker,
       (progress ->> 'messagesDone')::float8 as "messagesDone", (progress ->> 'messagesTotal')::float8 as "messagesTotal",
       (progress ->> 'rate')::float8 as rate,
       case when accounts.phase = 'sync' then json_build_object(
         'everySeconds', every_seconds,
         'lagSeconds', extract(epoch from now() - in_step)::int,
         'lastSeconds', (select extract(epoch from now() - ended)::int from interimap_fleet.runs
           where account = accounts.id order by runs.id desc limit 1),
         'nextSeconds', (select greatest(0, extract(epoch from start_after - now())::int) from pgboss.job
           where job.name = 'interimap-fleet' and state < 'active' and singleton_key = accounts.id::text limit 1)
       ) end as pair
     from interimap_fleet.accounts join interimap_fleet.group_sets on key = group_set
     left join interimap_fleet.leases on account = accounts.id
     where ($1 = '' or position(lower($1) in lower(accounts.name || ' ' || user1 || ' ' || user2)) > 0)
     and ($2 = '' or status = $2 or ($2 = 'running' and worker is not null)
       or ($2 = 'late' and accounts.phase = 'sync' and status <> 'paused'
         and ${isLate})
       or ($2 = 'trouble' and (status in ('stopped', 'quarantined', 'dead') or (status = 'waiting' and failures > 0))))
     and ($3 = '' or $3 = any(groups)) and accounts.name > $4
     order by accounts.name limit $5`,
    [q, status, group, after, mostAccounts + 1],
  );
}

function reasonsIn(queries: Queries): Promise<FleetOverview["reasons"]> {
  return queries.rows<FleetOverview["reasons"][number]>(
    `select status, coalesce(reason, '') as reason, count(*) as accounts from interimap_fleet.accounts
     where status in ('stopped', 'quarantined', 'dead') or (status = 'waiting' and failures > 0)
     group by 1, 2 order by 3 desc, 1, 2 limit $1`,
    [mostReasons],
  );
}
