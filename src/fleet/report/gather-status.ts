// How far a fleet is, as a value: what `status` shows in all its forms.

import type { Queries } from "../database/database.ts";
import { gatherPairs, type PairsStatus } from "./pairs-status.ts";

export interface FleetStatus {
  readonly time: string;
  /** In all phases; `running` are those of `waiting` that somebody works on. */
  readonly accounts: { readonly total: number; readonly running: number } & Readonly<Record<StatusName, number>>;
  readonly phases: readonly { readonly phase: string; readonly status: StatusName; readonly accounts: number }[];
  /** Of the accounts that were measured. */
  readonly sizes: {
    readonly measured: number;
    readonly messages: number;
    readonly octets: number;
    readonly copiedMessages: number;
    readonly copiedOctets: number;
  };
  /** Of the last ten minutes, a second. */
  readonly rates: { readonly messages: number; readonly octets: number; readonly accounts: number };
  /** Undefined: there are none. */
  readonly pairs: PairsStatus | undefined;
  /** Undefined: nothing is waiting but pairs, which always do, or nothing was done lately. */
  readonly secondsLeft: number | undefined;
  readonly groups: readonly GroupStatus[];
  readonly workers: readonly { readonly name: string; readonly concurrency: number; readonly seenSecondsAgo: number }[];
  /** Those that need somebody; the first hundred. */
  readonly troubled: readonly TroubledAccount[];
}

export type StatusName = "waiting" | "done" | "paused" | "stopped" | "quarantined" | "dead";

export interface GroupStatus {
  readonly group: string;
  readonly accounts: number;
  readonly waiting: number;
  readonly running: number;
  readonly limit: number | undefined;
  /** ISO 8601, or `infinity`. */
  readonly pausedUntil: string | undefined;
  readonly reason: string | undefined;
}

export interface TroubledAccount {
  readonly name: string;
  readonly status: StatusName;
  readonly phase: string;
  readonly reason: string;
}

const none: Readonly<Record<StatusName, number>> = {
  ...{ waiting: 0, done: 0, paused: 0, stopped: 0, quarantined: 0, dead: 0 },
};
const rateSeconds = 600;

/** @throws InterimapError DATABASE_READ */
export async function gatherStatus(queries: Queries): Promise<FleetStatus> {
  const phases = await queries.rows<FleetStatus["phases"][number]>(
    `select phase, status, count(*) as accounts from interimap_fleet.accounts group by 1, 2 order by 1, 2`,
  );
  const [sizes] = await queries.rows<FleetStatus["sizes"]>(
    `select count(messages) as measured, coalesce(sum(messages), 0)::float8 as messages,
       coalesce(sum(octets), 0)::float8 as octets, coalesce(sum(copied_messages), 0)::float8 as "copiedMessages",
       coalesce(sum(copied_octets), 0)::float8 as "copiedOctets" from interimap_fleet.accounts`,
  );
  const [rates] = await queries.rows<FleetStatus["rates"] & { readonly running: number }>(
    `select coalesce(sum(messages), 0)::float8 / $1 as messages, coalesce(sum(octets), 0)::float8 / $1 as octets,
       (count(*) filter (where phase <> 'sync'))::float8 / $1 as accounts, (select count(*) from interimap_fleet.leases) as running
     from interimap_fleet.runs where ended > now() - make_interval(secs => $1) and kind = 'done'`,
    [rateSeconds],
  );
  const { running, ...rate } = rates!;
  const byStatus = phases.reduce(
    (sums, { status, accounts }) => ({ ...sums, [status]: sums[status] + accounts }),
    none,
  );
  const toEnd = phases.filter(({ phase, status }) => phase !== "sync" && status === "waiting");
  const waiting = toEnd.reduce((sum, { accounts }) => sum + accounts, 0);
  const total = Object.values(byStatus).reduce((sum, one) => sum + one, 0);
  return {
    ...{
      time: new Date().toISOString(),
      accounts: { total, running, ...byStatus },
      phases,
      sizes: sizes!,
      rates: rate,
    },
    pairs: await gatherPairs(queries),
    secondsLeft: waiting > 0 && rate.accounts > 0 ? Math.round(waiting / rate.accounts) : undefined,
    groups: await groupsOf(queries),
    workers: await queries.rows(
      `select name, concurrency, extract(epoch from now() - seen)::int as "seenSecondsAgo"
       from interimap_fleet.workers where seen > now() - interval '1 day' order by name`,
    ),
    troubled: await queries.rows(
      `select name, status, phase, coalesce(reason, '') as reason from interimap_fleet.accounts
       where status in ('stopped', 'quarantined', 'dead') or (status = 'waiting' and failures > 0)
       order by status, name limit 100`,
    ),
  };
}

async function groupsOf(queries: Queries): Promise<GroupStatus[]> {
  interface Row {
    readonly group: string;
    readonly accounts: number;
    readonly waiting: number;
    readonly running: number;
    readonly limit: number | null;
    readonly paused: string | null;
    readonly reason: string | null;
  }
  const rows = await queries.rows<Row>(
    `with sets as (
       select group_set as key, count(*) as accounts, count(*) filter (where status = 'waiting') as waiting,
         count(leases.account) as running
       from interimap_fleet.accounts left join interimap_fleet.leases on leases.account = accounts.id group by 1
     ), sums as (
       select unnest(groups) as name, sum(accounts)::bigint as accounts, sum(waiting)::bigint as waiting,
         sum(running)::bigint as running
       from sets join interimap_fleet.group_sets using (key) group by 1
     )
     select coalesce(sums.name, own.name) as group, coalesce(accounts, 0) as accounts, coalesce(waiting, 0) as waiting,
       coalesce(running, 0) as running, coalesce(own.most, usual.most) as limit, own.reason,
       case when own.paused_until > now() then
         case when own.paused_until = 'infinity' then 'infinity'
         else to_char(own.paused_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') end end as paused
     from sums full join interimap_fleet.limits own on own.name = sums.name
     left join interimap_fleet.limits usual on usual.name = split_part(sums.name, ':', 1) || ':*'
     order by 1`,
  );
  return rows.map(({ limit, paused, reason, ...row }) => ({
    ...{ ...row, limit: limit ?? undefined, pausedUntil: paused ?? undefined },
    reason: paused === null ? undefined : (reason ?? undefined),
  }));
}
