// Accounts that somebody without pg-boss wants to be in the queue, the operator's page for instance: workers put them there.

import type { Queries } from "./database.ts";

/** As the queue has it. */
export const askingQueue = {
  addAll: async (queries: Queries, jobs: readonly { readonly account: number }[]): Promise<void> => {
    await queries.rows("update interimap_fleet.accounts set is_asked_for = true where id = any($1)", [
      jobs.map(({ account }) => account),
    ]);
  },
  /** They are queued without a pause. */
  hurryAll: (): Promise<void> => Promise.resolve(),
};

export interface AskedFor {
  readonly id: number;
  readonly groupKey: string;
  readonly priority: number;
}

/** Returns some of them, and takes the wish as fulfilled. @throws InterimapError DATABASE_READ */
export function takeAskedFor(queries: Queries, most: number): Promise<AskedFor[]> {
  return queries.rows<AskedFor>(
    `update interimap_fleet.accounts set is_asked_for = false
     where id in (
       select id from interimap_fleet.accounts where is_asked_for order by id limit $1 for no key update skip locked
     ) returning id, group_set as "groupKey", priority`,
    [most],
  );
}
