// Writes down what became of a run, if its lease is still held: all of it, or nothing.

import { promisify } from "node:util";
import { brotliCompress, brotliDecompress, constants } from "node:zlib";
import type { Phase } from "../accounts/account.ts";
import type { Queries } from "../database/database.ts";
import type { Fleet } from "../fleet.ts";
import type { Outcome } from "../worker/outcome-plan.ts";
import type { Taken } from "./take.ts";

export interface RunReport {
  readonly worker: string;
  readonly started: Date;
  readonly exit: string;
  readonly sentence: string;
  /** Copied. */
  readonly messages: number;
  readonly octets: number;
  /** Of the source; undefined: not known. */
  readonly size: { readonly messages: number; readonly octets: number } | undefined;
  readonly report: object | undefined;
  readonly log: string | undefined;
  /** The engine's database as it is now; undefined: what was kept before stays. */
  readonly state: Buffer | undefined;
}

class LeaseLost extends Error {}

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);
/** Higher ones take far longer, and save little. */
const quality = 4;

/** False: somebody else has the lease, and nothing was written. @throws InterimapError DATABASE_READ */
export async function finishRun(
  { database, queue }: Fleet,
  taken: Taken,
  run: RunReport & { outcome: Outcome },
): Promise<boolean> {
  const { account, lease } = taken;
  const { outcome } = run;
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality };
  const content = run.state === undefined ? undefined : await compress(run.state, { params });
  try {
    await database.transaction(async (queries) => {
      const held = await queries.rows(
        "delete from interimap_fleet.leases where account = $1 and number = $2 returning 1",
        [account.id, lease.number],
      );
      if (held.length === 0 || !(await queue.complete(queries, lease.job))) throw new LeaseLost();
      const phase = await updateAccount(queries, taken, run);
      await insertRun(queries, taken, run);
      if (content !== undefined) await saveState(queries, taken, content);
      if (outcome.pause !== undefined) await pauseGroup(queries, outcome.pause);
      const isChanged = phase !== outcome.phase;
      const afterSeconds = isChanged ? 0 : outcome.afterSeconds;
      const { groupKey, priority } = account;
      if (phase !== undefined && afterSeconds !== undefined)
        await queue.add(queries, { account: account.id, groupKey, priority, afterSeconds });
    });
    return true;
  } catch (error) {
    if (error instanceof LeaseLost) return false;
    throw error;
  }
}

/** What an administrator changed meanwhile stays: returns the phase of what is to come, or undefined where nothing is. */
async function updateAccount(
  queries: Queries,
  { account }: Taken,
  { outcome, ...run }: RunReport & { outcome: Outcome },
): Promise<Phase | undefined> {
  const [row] = await queries.rows<{ status: string; phase: Phase }>(
    `update interimap_fleet.accounts set
       status = case when status = 'waiting' and phase = $2 then $3 else status end,
       reason = case when status = 'waiting' and phase = $2 then $4 else reason end,
       phase = case when status = 'waiting' and phase = $2 then $5 else phase end,
       failures = $6, messages = coalesce($7, messages), octets = coalesce($8, octets),
       copied_messages = copied_messages + $9, copied_octets = copied_octets + $10, changed = now()
     where id = $1 returning status, phase`,
    [
      ...[account.id, account.phase, outcome.status, outcome.reason ?? null, outcome.phase, outcome.failures],
      ...[run.size?.messages ?? null, run.size?.octets ?? null, run.messages, run.octets],
    ],
  );
  return row?.status === "waiting" ? row.phase : undefined;
}

async function insertRun(
  queries: Queries,
  { account, lease }: Taken,
  { outcome, ...run }: RunReport & { outcome: Outcome },
): Promise<void> {
  await queries.rows(
    `insert into interimap_fleet.runs (account, lease, phase, worker, started, kind, exit, sentence, messages, octets, report, log)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      ...[account.id, lease.number, account.phase, run.worker, run.started, outcome.kind, run.exit, run.sentence],
      ...[run.messages, run.octets, run.report === undefined ? null : JSON.stringify(run.report), run.log ?? null],
    ],
  );
}

async function saveState(queries: Queries, { account, lease }: Taken, content: Buffer): Promise<void> {
  await queries.rows(
    `insert into interimap_fleet.states as kept (account, version, lease, content) values ($1, 1, $2, $3)
     on conflict (account) do update
     set version = kept.version + 1, lease = excluded.lease, content = excluded.content, saved = now()
     where kept.lease < excluded.lease`,
    [account.id, lease.number, content],
  );
}

async function pauseGroup(queries: Queries, { group, seconds, reason }: NonNullable<Outcome["pause"]>): Promise<void> {
  await queries.rows(
    `insert into interimap_fleet.limits as kept (name, paused_until, reason)
     values ($1, now() + make_interval(secs => $2), $3)
     on conflict (name) do update
     set paused_until = greatest(kept.paused_until, excluded.paused_until), reason = excluded.reason`,
    [group, seconds, reason],
  );
}

/** As it was kept last; undefined: there is none. @throws InterimapError DATABASE_READ */
export async function keptState({ database }: Fleet, account: number): Promise<Buffer | undefined> {
  const [row] = await database.rows<{ content: Buffer }>(
    "select content from interimap_fleet.states where account = $1",
    [account],
  );
  return row === undefined ? undefined : decompress(row.content);
}
