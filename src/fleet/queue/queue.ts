// What the fleet has of pg-boss: one job for each account that waits or is worked on, and heartbeats of those who work.

import { PgBoss } from "pg-boss";
import { InterimapError } from "../../model/errors.ts";
import type { Database, Queries } from "../database/database.ts";

export interface QueueJob {
  readonly id: string;
  readonly attempt: number;
  readonly account: number;
  /** After so long without a beat, it is another worker's. */
  readonly leaseSeconds: number;
}

export interface QueuedAccount {
  readonly account: number;
  readonly groupKey: string;
  readonly priority: number;
  readonly afterSeconds: number;
}

export interface QueueOptions {
  /** Looks after all jobs, also those of others: to be done by workers. */
  readonly supervises: boolean;
  /** Of accounts that are queued from now on, at least 10; undefined: as before. */
  readonly leaseSeconds: number | undefined;
  readonly onError: (error: Error) => void;
}

/** Of pg-boss; jobs of workers that were lost too often are in the second. */
const accounts = "interimap-fleet";
const lost = "interimap-fleet-lost";

/** How often an account may be taken from a worker that was lost, until somebody is to look at it. */
const mostLosses = 10;
const afterLossSeconds = 1;
const usualLeaseSeconds = 60;
const keptSeconds = 365 * 86_400;
/** pg-boss demands an end, and takes the account away then. */
const mostSeconds = 23 * 3_600;
/** A run ends before, in order: a large account goes on in another one. */
export const mostRunSeconds = mostSeconds - 3_600;

export class Queue {
  readonly #boss: PgBoss;

  private constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  /** @throws InterimapError DATABASE_READ */
  static async open(database: Database, { supervises, leaseSeconds, onError }: QueueOptions): Promise<Queue> {
    const boss = new PgBoss({
      db: onQueries(database),
      schedule: false,
      supervise: supervises,
      // Lost workers are noticed within seconds.
      ...{ superviseIntervalSeconds: 2, monitorIntervalSeconds: 2 },
      ...{ registerInstance: false, monitorVacuum: false },
    });
    boss.on("error", onError);
    const queue = new Queue(boss);
    // One process after the other: of two that make the same tables, one fails.
    await database.transaction(async (queries) => {
      await queries.rows("select pg_advisory_xact_lock(hashtextextended('interimap_fleet queue', 0))");
      await asked(() => boss.start());
      await asked(() => queue.#make(leaseSeconds));
    });
    return queue;
  }

  async #make(leaseSeconds: number | undefined): Promise<void> {
    await this.#boss.createQueue(lost, { retentionSeconds: keptSeconds });
    await this.#boss.createQueue(accounts, {
      ...{ retryLimit: mostLosses, retryDelay: afterLossSeconds, retryBackoff: false },
      ...{ expireInSeconds: mostSeconds, retentionSeconds: keptSeconds, deleteAfterSeconds: 3_600 },
      ...{ heartbeatSeconds: usualLeaseSeconds, deadLetter: lost, policy: "exclusive" },
    });
    if (leaseSeconds !== undefined) await this.#boss.updateQueue(accounts, { heartbeatSeconds: leaseSeconds });
  }

  /** Nothing where it is there already. */
  async add(queries: Queries, { account, groupKey, priority, afterSeconds }: QueuedAccount): Promise<void> {
    await asked(() =>
      this.#boss.send(
        accounts,
        { account },
        {
          ...{ singletonKey: String(account), group: { id: groupKey }, priority, db: onQueries(queries) },
          // By the database's clock.
          ...(afterSeconds > 0 && { startAfter: Math.ceil(afterSeconds) }),
        },
      ),
    );
  }

  /** Many at once; those that are there already are left alone. */
  async addAll(queries: Queries, jobs: readonly QueuedAccount[]): Promise<void> {
    await asked(() =>
      this.#boss.insert(
        accounts,
        jobs.map(({ account, groupKey, priority }) => ({
          ...{ data: { account }, singletonKey: String(account), group: { id: groupKey }, priority },
        })),
        { db: onQueries(queries) },
      ),
    );
  }

  /** Those that wait for a time begin as soon as there is room; pg-boss could do that one by one only. */
  async hurryAll(queries: Queries, ids: readonly number[]): Promise<void> {
    await queries.rows(
      `update pgboss.job set start_after = now()
       where name = '${accounts}' and state < 'active' and start_after > now() and singleton_key = any($1)`,
      [ids.map(String)],
    );
  }

  /** Of those that wait: what decides when their turn is. */
  async regroupAll(queries: Queries, jobs: readonly Omit<QueuedAccount, "afterSeconds">[]): Promise<void> {
    await queries.rows(
      `update pgboss.job set group_id = changed.key, priority = changed.priority
       from unnest($1::text[], $2::text[], $3::integer[]) as changed (account, key, priority)
       where name = '${accounts}' and state < 'active' and singleton_key = changed.account`,
      [
        jobs.map(({ account }) => String(account)),
        jobs.map(({ groupKey }) => groupKey),
        jobs.map(({ priority }) => priority),
      ],
    );
  }

  /** The first that is due and in none of these groups; it is active then. */
  async fetch(queries: Queries, ignoredGroups: readonly string[]): Promise<QueueJob | undefined> {
    const [job] = await asked(() =>
      this.#boss.fetch<{ account: number }>(accounts, {
        db: onQueries(queries),
        ...(ignoredGroups.length > 0 && { ignoreGroups: [...ignoredGroups] }),
      }),
    );
    if (job === undefined) return undefined;
    const { id, retryCount: attempt, data, heartbeatSeconds } = job;
    return { id, attempt, account: data.account, leaseSeconds: heartbeatSeconds ?? usualLeaseSeconds };
  }

  /** Whether it was this attempt's still. */
  complete(queries: Queries, { id, attempt }: Pick<QueueJob, "id" | "attempt">): Promise<boolean> {
    return isAffected(
      this.#boss.complete(accounts, { id, retryCount: attempt }, undefined, { db: onQueries(queries) }),
    );
  }

  /** Whether it is this attempt's still. */
  beat(queries: Queries, { id, attempt }: Pick<QueueJob, "id" | "attempt">): Promise<boolean> {
    return isAffected(this.#boss.touch(accounts, { id, retryCount: attempt }, { db: onQueries(queries) }));
  }

  /** Accounts whose workers were lost again and again; each is told once. */
  async takeLost(queries: Queries): Promise<number[]> {
    const jobs = await asked(() =>
      this.#boss.fetch<{ account: number }>(lost, { batchSize: 100, db: onQueries(queries) }),
    );
    if (jobs.length > 0)
      await asked(() =>
        this.#boss.complete(
          lost,
          jobs.map(({ id }) => id),
          undefined,
          { db: onQueries(queries) },
        ),
      );
    return jobs.map(({ data }) => data.account);
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false, close: false }).catch(() => undefined);
  }
}

/** Leases whose attempt is over, whoever ended it. */
export const isOver = `not exists (
  select from pgboss.job where job.name = '${accounts}' and job.id = leases.job
  and job.state = 'active' and job.retry_count = leases.attempt)`;

async function isAffected(response: Promise<object>): Promise<boolean> {
  const { affected } = (await asked(() => response)) as { readonly affected: number };
  return affected === 1;
}

interface BossDatabase {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: object[] }>;
}

function onQueries(queries: Queries): BossDatabase {
  return { executeSql: async (text, values) => ({ rows: await queries.rows(text, values ?? []) }) };
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof InterimapError) throw error;
    throw new InterimapError("DATABASE_READ", `the queue of the fleet: ${(error as Error).message}`, { cause: error });
  }
}
