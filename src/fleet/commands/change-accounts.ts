// `phase`, `pause`, `resume`, `retry` and `remove`: what becomes of accounts that somebody chose.

import type { Phase } from "../accounts/account.ts";
import type { Queries } from "../database/database.ts";
import type { Fleet } from "../fleet.ts";
import { selectAccounts, type Selected, type Selection } from "./selection.ts";

/** Each returns how many accounts it changed. @throws InterimapError USAGE, DATABASE_READ */
type Change = (fleet: Fleet, selection: Selection) => Promise<number>;

/** What is on in another phase ends first. */
export function beginPhase(phase: Phase): Change {
  return (fleet, selection) =>
    changing(fleet, selection, async (queries, accounts) => {
      await update(queries, accounts, `phase = '${phase}', status = 'waiting', reason = null, failures = 0`);
      await hurryAll(fleet, queries, accounts);
      return accounts.length;
    });
}

export const pauseAccounts: Change = (fleet, selection) =>
  changing(fleet, selection, (queries, accounts) =>
    update(
      queries,
      accounts.filter(({ status }) => status === "waiting"),
      "status = 'paused', reason = 'by an administrator'",
    ),
  );

export const resumeAccounts: Change = (fleet, selection) =>
  changing(fleet, selection, async (queries, accounts) => {
    const paused = accounts.filter(({ status }) => status === "paused");
    await update(queries, paused, "status = 'waiting', reason = null");
    await hurryAll(fleet, queries, paused);
    return paused.length;
  });

/** Whatever happened to them counts no more. */
export const retryAccounts: Change = (fleet, selection) =>
  changing(fleet, selection, async (queries, accounts) => {
    const again = accounts.filter(({ status }) => status !== "done" && status !== "paused");
    await update(queries, again, "status = 'waiting', reason = null, failures = 0");
    await hurryAll(fleet, queries, again);
    return again.length;
  });

export const removeAccounts: Change = (fleet, selection) =>
  changing(fleet, selection, async (queries, accounts) => {
    await queries.rows("delete from interimap_fleet.accounts where id = any($1)", [accounts.map(({ id }) => id)]);
    return accounts.length;
  });

function changing(
  { database }: Fleet,
  selection: Selection,
  change: (queries: Queries, accounts: readonly Selected[]) => Promise<number>,
): Promise<number> {
  return database.transaction(async (queries) => change(queries, await selectAccounts(queries, selection)));
}

/** `what`: assignments in SQL. */
async function update(queries: Queries, accounts: readonly Selected[], what: string): Promise<number> {
  const ids = accounts.map(({ id }) => id);
  await queries.rows(`update interimap_fleet.accounts set ${what}, changed = now() where id = any($1)`, [ids]);
  return accounts.length;
}

/** In the queue, and due. Those that are being worked on hear of it themselves. */
async function hurryAll({ queue }: Fleet, queries: Queries, accounts: readonly Selected[]): Promise<void> {
  for (const { id, group_set: groupKey, priority } of accounts) {
    await queue.add(queries, { account: id, groupKey, priority, afterSeconds: 0 });
    await queue.hurry(queries, { account: id, priority });
  }
}
