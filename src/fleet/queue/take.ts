// Takes an account for a worker: the first that is due, and whose groups have room.

import { type Moment, momentNow } from "../../job/lease-clock.ts";
import { untilOpen } from "../accounts/daily-window.ts";
import { accountById, type StoredAccount } from "../accounts/stored-account.ts";
import type { Queries } from "../database/database.ts";
import type { Fleet } from "../fleet.ts";
import { isOver, type QueueJob } from "./queue.ts";

export interface Lease {
  readonly account: number;
  /** Rises with each lease that is given: only the last one's holder may write. */
  readonly number: number;
  readonly job: QueueJob;
  /** Before it was asked for. */
  readonly since: Moment;
}

export interface Taken {
  readonly account: StoredAccount;
  readonly lease: Lease;
}

/** A process that may run on behalf of a lease that is over. */
export interface Leftover {
  readonly boot: string;
  readonly pid: number | undefined;
  readonly pidStarted: string | undefined;
}

export interface Taking {
  readonly taken: Taken | undefined;
  readonly leftovers: readonly Leftover[];
  /** There may be another one at once. */
  readonly mayBeMore: boolean;
}

/** One worker at a time, so that no limit is passed: it takes some milliseconds. */
const turn = "select pg_advisory_xact_lock(hashtextextended('interimap_fleet take', 0))";

/** The most accounts with a closed window that are put off at a time: all others wait meanwhile. */
const mostPutOff = 100;

/** @throws InterimapError DATABASE_READ */
export function takeAccount(
  { database, queue }: Fleet,
  worker: { readonly name: string; readonly boot: string },
): Promise<Taking> {
  const since = momentNow();
  return database.transaction(async (queries) => {
    await queries.rows(turn);
    const leftovers = await endLeases(queries);
    const full = await fullGroupSets(queries);
    if (full === "all") return { taken: undefined, leftovers, mayBeMore: false };
    const now = await timeIn(queries);
    for (let putOff = 0; ; putOff++) {
      const job = putOff === mostPutOff ? undefined : await queue.fetch(queries, full);
      if (job === undefined) return { taken: undefined, leftovers, mayBeMore: putOff === mostPutOff };
      const account = await accountById(queries, job.account);
      const wait = account === undefined ? 0 : untilOpen(account.window, now);
      if (account?.status === "waiting" && wait === 0) {
        const lease = await makeLease(queries, { job, account, worker, since });
        return { taken: { account, lease }, leftovers, mayBeMore: true };
      }
      await queue.complete(queries, job);
      if (account?.status === "waiting") {
        const { groupKey, priority } = account;
        await queue.add(queries, { account: account.id, groupKey, priority, afterSeconds: wait / 1000 });
      }
    }
  });
}

/** The database's clock is one for all workers. */
async function timeIn(queries: Queries): Promise<Date> {
  const [row] = await queries.rows<{ now: Date }>("select now()");
  return row!.now;
}

async function endLeases(queries: Queries): Promise<Leftover[]> {
  const rows = await queries.rows<{ boot: string; pid: number | null; pid_started: string | null }>(
    `delete from interimap_fleet.leases where ${isOver} returning boot, pid, pid_started`,
  );
  return rows.map(({ boot, pid, pid_started }) => ({
    ...{ boot, pid: pid ?? undefined, pidStarted: pid_started ?? undefined },
  }));
}

/** Those with a group that is paused, or that has as many at work as it may have. */
async function fullGroupSets(queries: Queries): Promise<string[] | "all"> {
  const rows = await queries.rows<{ key: string; isFull: boolean }>(
    `with busy as (
       select unnest(groups) as name, count(*) as number from interimap_fleet.leases
       join interimap_fleet.accounts on accounts.id = leases.account
       join interimap_fleet.group_sets on group_sets.key = accounts.group_set group by 1
     ), full_groups as (
       select known.name from (select distinct unnest(groups) as name from interimap_fleet.group_sets) known
       left join interimap_fleet.limits own on own.name = known.name
       left join interimap_fleet.limits usual on usual.name = split_part(known.name, ':', 1) || ':*'
       left join busy on busy.name = known.name
       where own.paused_until > now() or coalesce(busy.number, 0) >= coalesce(own.most, usual.most)
     )
     select key, groups && array(select name from full_groups) as "isFull" from interimap_fleet.group_sets`,
  );
  const full = rows.filter(({ isFull }) => isFull).map(({ key }) => key);
  // The queue would be searched to its end.
  return full.length > 0 && full.length === rows.length ? "all" : full;
}

interface Making {
  readonly job: QueueJob;
  readonly account: StoredAccount;
  readonly worker: { readonly name: string; readonly boot: string };
  readonly since: Moment;
}

async function makeLease(queries: Queries, { job, account, worker, since }: Making): Promise<Lease> {
  const [row] = await queries.rows<{ number: number }>(
    `insert into interimap_fleet.leases (account, job, attempt, phase, worker, boot)
     values ($1, $2, $3, $4, $5, $6) returning number`,
    [account.id, job.id, job.attempt, account.phase, worker.name, worker.boot],
  );
  return { account: account.id, number: row!.number, job, since };
}
