// Who works: each worker shows that it is there, looks for others that are not any more, and for accounts that they left behind.

import { type AskedFor, takeAskedFor } from "../database/asked-for.ts";
import type { Fleet } from "../fleet.ts";
import type { Alert } from "./alerts.ts";
import { buryLost } from "./bury-lost.ts";
import { latePairs } from "./late-pairs.ts";

/** After so long without a sign of life a worker is told to be gone; its accounts are others' long before. */
const goneSeconds = 120;
const forgottenDays = 30;
/** Accounts, in a transaction. */
const mostAtOnce = 500;

export interface Attending {
  readonly name: string;
  readonly concurrency: number;
  /** How much longer than its rhythm the lag of a pair may be. */
  readonly lagSeconds: number;
  /** Called for each thing that this worker, and no other, is to tell. */
  readonly tell: (alert: Alert) => void;
}

/** @throws InterimapError DATABASE_READ */
export async function attend(fleet: Fleet, { name, concurrency, lagSeconds, tell }: Attending): Promise<void> {
  await fleet.database.rows(
    `insert into interimap_fleet.workers (name, concurrency) values ($1, $2)
     on conflict (name) do update set concurrency = excluded.concurrency, seen = now(), missed = null`,
    [name, concurrency],
  );
  await queueAskedFor(fleet);
  const late = (): Promise<Alert[]> => latePairs(fleet, lagSeconds);
  for (const find of [goneWorkers, buryLost, late]) for (const found of await find(fleet)) tell(found);
}

async function queueAskedFor({ database, queue }: Fleet): Promise<void> {
  let found: readonly AskedFor[];
  do {
    found = await database.transaction(async (queries) => {
      const accounts = await takeAskedFor(queries, mostAtOnce);
      await queue.addAll(
        queries,
        accounts.map(({ id, groupKey, priority }) => ({ account: id, groupKey, priority, afterSeconds: 0 })),
      );
      await queue.hurryAll(
        queries,
        accounts.map(({ id }) => id),
      );
      return accounts;
    });
  } while (found.length === mostAtOnce);
}

/** It ended in order. @throws InterimapError DATABASE_READ */
export async function leave({ database }: Fleet, name: string): Promise<void> {
  await database.rows("delete from interimap_fleet.workers where name = $1", [name]);
}

async function goneWorkers({ database }: Fleet): Promise<Alert[]> {
  await database.rows("delete from interimap_fleet.workers where seen < now() - make_interval(days => $1)", [
    forgottenDays,
  ]);
  const rows = await database.rows<{ name: string; seen: Date; accounts: number }>(
    `update interimap_fleet.workers set missed = now()
     where missed is null and seen < now() - make_interval(secs => $1)
     returning name, seen, (select count(*) from interimap_fleet.leases where worker = name) as accounts`,
    [goneSeconds],
  );
  return rows.map(({ name, seen, accounts }) => ({
    ...{ alert: "worker-gone", gone: name, seen: seen.toISOString(), accounts },
  }));
}
