// `limit`, and `pause` and `resume` of groups. Workers heed them from the next account on.

import type { Fleet } from "../fleet.ts";

type HasDatabase = Pick<Fleet, "database">;

/** `most`: undefined takes the limit away. @throws InterimapError DATABASE_READ */
export async function limitGroup({ database }: HasDatabase, group: string, most: number | undefined): Promise<void> {
  await database.rows(
    `insert into interimap_fleet.limits (name, most) values ($1, $2)
     on conflict (name) do update set most = excluded.most`,
    [group, most ?? null],
  );
}

/** What is on in it goes on. @throws InterimapError DATABASE_READ */
export async function pauseGroup({ database }: HasDatabase, group: string): Promise<void> {
  await database.rows(
    `insert into interimap_fleet.limits (name, paused_until, reason) values ($1, 'infinity', 'by an administrator')
     on conflict (name) do update set paused_until = excluded.paused_until, reason = excluded.reason`,
    [group],
  );
}

/** @throws InterimapError DATABASE_READ */
export async function resumeGroup({ database }: HasDatabase, group: string): Promise<void> {
  await database.rows("update interimap_fleet.limits set paused_until = null, reason = null where name = $1", [group]);
}

/** `source:*` has those of all sources. @throws InterimapError DATABASE_READ */
export async function isEmptyGroup({ database }: HasDatabase, group: string): Promise<boolean> {
  const found = await database.rows(
    `select from interimap_fleet.group_sets, unnest(groups) name
     where (name = $1 or $1 = split_part(name, ':', 1) || ':*')
     and exists (select from interimap_fleet.accounts where group_set = key) limit 1`,
    [group],
  );
  return found.length === 0;
}
