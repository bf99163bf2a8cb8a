// Writes down what became of a run, if its lease is still held: all of it, or nothing.

import type { Phase } from "../accounts/account.ts";
import type { Queries } from "../database/database.ts";
import { storableJson } from "../database/storable.ts";
import type { Fleet } from "../fleet.ts";
import type { Outcome } from "../worker/outcome-plan.ts";
import { bringHome, type StateAfter } from "./states.ts";
import type { Taken } from "./take.ts";

export interface RunReport {
  readonly worker: string;
  readonly exit: string;
  readonly sentence: string;
  /** Copied. */
  readonly messages: number;
  readonly octets: number;
  /** Of the source; undefined: not known. */
  readonly size: { readonly messages: number; readonly octets: number } | undefined;
  readonly report: object | undefined;
  readonly log: string | undefined;
  readonly state: StateAfter;
}

const mostRunsOfPair = 200;

/** What a run that was written down changed for others. */
export interface Finished {
  /** That were not paused before. */
  readonly paused: readonly { readonly group: string; readonly until: Date; readonly reason: string }[];
}

/** Undefined: somebody else has the lease, and nothing was written. @throws InterimapError DATABASE_READ */
export async function finishRun(
  fleet: Fleet,
  taken: Taken,
  run: RunReport & { outcome: Outcome },
): Promise<Finished | undefined> {
  return fleet.database.transaction(async (queries) => {
    const started = await endLease(fleet, queries, taken.lease);
    if (started === undefined) return (await isWritten(queries, taken.lease)) ? { paused: [] } : undefined;
    await bringHome(queries, taken.lease, run.state);
    return writeEnd(fleet, queries, { taken, run, started });
  });
}

/** Returns when it began; undefined: it is no longer held. */
async function endLease(
  { queue }: Fleet,
  queries: Queries,
  { account, number, job }: Taken["lease"],
): Promise<Date | undefined> {
  // Whoever changes an account locks it before its job.
  await queries.rows("select from interimap_fleet.accounts where id = $1 for no key update", [account]);
  const held = "account = $1 and number = $2";
  const [row] = await queries.rows<{ started: Date }>(
    `select started from interimap_fleet.leases where ${held} for update`,
    [account, number],
  );
  if (row === undefined || !(await queue.complete(queries, job))) return undefined;
  await queries.rows(`delete from interimap_fleet.leases where ${held}`, [account, number]);
  return row.started;
}

/** The database did it, and was away before it could say so. */
async function isWritten(queries: Queries, { account, number }: Taken["lease"]): Promise<boolean> {
  const found = await queries.rows("select from interimap_fleet.runs where account = $1 and lease = $2", [
    account,
    number,
  ]);
  return found.length > 0;
}

interface End {
  readonly taken: Taken;
  readonly run: RunReport & { outcome: Outcome };
  readonly started: Date;
}

async function writeEnd({ queue }: Fleet, queries: Queries, { taken, run, started }: End): Promise<Finished> {
  const { account } = taken;
  const { outcome } = run;
  const left = await updateAccount(queries, taken, { ...run, started });
  await insertRun(queries, taken, { ...run, started });
  await forgetRuns(queries, taken);
  const paused = outcome.pause === undefined ? [] : await pauseGroups(queries, outcome.pause);
  const afterSeconds = left?.phase === outcome.phase ? outcome.afterSeconds : 0;
  if (left !== undefined && afterSeconds !== undefined)
    await queue.add(queries, { account: account.id, groupKey: left.groupKey, priority: left.priority, afterSeconds });
  return { paused };
}

interface Left {
  readonly phase: Phase;
  readonly groupKey: string;
  readonly priority: number;
}

/** What an administrator changed meanwhile stays: returns what is to come, or undefined where nothing is. */
async function updateAccount(
  queries: Queries,
  { account }: Taken,
  { outcome, ...run }: RunReport & { outcome: Outcome; started: Date },
): Promise<Left | undefined> {
  const [row] = await queries.rows<Left & { readonly status: string }>(
    `update interimap_fleet.accounts set
       status = case when status = 'waiting' and phase = $2 then $3 else status end,
       reason = case when status = 'waiting' and phase = $2 then $4 else reason end,
       phase = case when status = 'waiting' and phase = $2 then $5 else phase end,
       failures = $6, messages = coalesce($7, messages), octets = coalesce($8, octets),
       copied_messages = copied_messages + $9, copied_octets = copied_octets + $10, changed = now(),
       in_step = case when $11 then $12 else in_step end, is_late = is_late and not $11, allows_mass_delete = allows_mass_delete and not $13
     where id = $1 returning status, phase, group_set as "groupKey", priority`,
    [
      ...[account.id, account.phase, outcome.status, outcome.reason ?? null, outcome.phase, outcome.failures],
      ...[run.size?.messages ?? null, run.size?.octets ?? null, run.messages, run.octets],
      ...[account.engine === "sync" && outcome.kind === "done", run.started],
      outcome.kind === "done" || outcome.kind === "partial",
    ],
  );
  return row?.status === "waiting" ? row : undefined;
}

async function insertRun(
  queries: Queries,
  { account, lease }: Taken,
  { outcome, started, ...run }: RunReport & { outcome: Outcome; started: Date },
): Promise<void> {
  await queries.rows(
    `insert into interimap_fleet.runs (account, lease, phase, worker, started, kind, exit, sentence, messages, octets, report, log)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      ...[account.id, lease.number, account.phase, run.worker, started, outcome.kind, run.exit, run.sentence],
      ...[run.messages, run.octets, run.report === undefined ? null : storableJson(run.report), run.log ?? null],
    ],
  );
}

/** A pair has hundreds of runs a day. */
async function forgetRuns(queries: Queries, { account }: Taken): Promise<void> {
  if (account.phase !== "sync") return;
  await queries.rows(
    `delete from interimap_fleet.runs where account = $1 and id <=
       (select id from interimap_fleet.runs where account = $1 order by id desc offset $2 limit 1)`,
    [account.id, mostRunsOfPair],
  );
}

/** Those with accounts; a pause that is longer stays. */
async function pauseGroups(
  queries: Queries,
  { groups, seconds, reason }: NonNullable<Outcome["pause"]>,
): Promise<Finished["paused"]> {
  const rows = await queries.rows<{ group: string; until: Date; isNew: boolean }>(
    `with before as (select name from interimap_fleet.limits where paused_until > now())
     insert into interimap_fleet.limits as kept (name, paused_until, reason)
     select name, now() + make_interval(secs => $2), $3 from unnest($1::text[]) name
     where exists (select from interimap_fleet.group_sets where name = any(groups)) order by name
     on conflict (name) do update set paused_until = excluded.paused_until, reason = excluded.reason
     where kept.paused_until is null or kept.paused_until < excluded.paused_until
     returning kept.name as group, paused_until as until, kept.name not in (select name from before) as "isNew"`,
    [groups, seconds, reason],
  );
  return rows.filter(({ isNew }) => isNew).map(({ group, until }) => ({ group, until, reason }));
}
