// `phase`, `pause`, `resume`, `retry` and `remove`: what becomes of accounts that somebody chose.

import { enginesOf, type Phase } from "../accounts/account.ts";
import type { Queries } from "../database/database.ts";
import type { Fleet } from "../fleet.ts";
import { checkSelection, lockNext, type Selected, type Selection } from "./selection.ts";

/** The queue may be one that workers fill. */
export interface ChangesFleet extends Pick<Fleet, "database"> {
  readonly queue: Pick<Fleet["queue"], "addAll" | "hurryAll">;
}

/** Each returns how many accounts it changed. @throws InterimapError USAGE, DATABASE_READ */
type Change = (fleet: ChangesFleet, selection: Selection) => Promise<number>;

/**
 * What is on in another phase ends first. Accounts whose engine has no such phase are left alone. `verifiesTexts`: of the phase
 * verify.
 */
export function beginPhase(phase: Phase, verifiesTexts = false): Change {
  return (fleet, selection) =>
    changing(fleet, selection, async (queries, selected) => {
      const accounts = selected.filter(({ engine }) => enginesOf(phase).includes(engine));
      const what = "phase = $2, verify_texts = $3, status = 'waiting', reason = null, failures = 0";
      await update(queries, accounts, { what, values: [phase, verifiesTexts] });
      await hurryAll(fleet, queries, accounts);
      return accounts.length;
    });
}

export const pauseAccounts: Change = (fleet, selection) =>
  changing(fleet, selection, (queries, accounts) =>
    update(
      queries,
      accounts.filter(({ status }) => status === "waiting"),
      { what: "status = 'paused', reason = 'by an administrator'" },
    ),
  );

export const resumeAccounts: Change = (fleet, selection) =>
  changing(fleet, selection, async (queries, accounts) => {
    const paused = accounts.filter(({ status }) => status === "paused");
    await update(queries, paused, { what: "status = 'waiting', reason = null" });
    await hurryAll(fleet, queries, paused);
    return paused.length;
  });

/** Whatever happened to them counts no more. */
export const retryAccounts: Change = (fleet, selection) => retry(fleet, selection, "");

/** As `retryAccounts`, and the next run of a pair may delete any number of messages. */
export const retryDeletions: Change = (fleet, selection) => retry(fleet, selection, ", allows_mass_delete = true");

function retry(fleet: ChangesFleet, selection: Selection, also: string): Promise<number> {
  return changing(fleet, selection, async (queries, accounts) => {
    const again = accounts.filter(({ status }) => status !== "done" && status !== "paused");
    await update(queries, again, { what: `status = 'waiting', reason = null, failures = 0${also}` });
    await hurryAll(fleet, queries, again);
    return again.length;
  });
}

export const removeAccounts: Change = (fleet, selection) =>
  changing(fleet, selection, async (queries, accounts) => {
    await queries.rows("delete from interimap_fleet.accounts where id = any($1)", [accounts.map(({ id }) => id)]);
    return accounts.length;
  });

/** A run of one of them waits to be written down until they are changed. */
const atOnce = 500;

async function changing(
  { database }: ChangesFleet,
  selection: Selection,
  change: (queries: Queries, accounts: readonly Selected[]) => Promise<number>,
): Promise<number> {
  await checkSelection(database, selection);
  let changed = 0;
  for (let after: number | undefined = 0; after !== undefined;) {
    const last = after;
    const part: { last: number | undefined; count: number } = await database.transaction(async (queries) => {
      const accounts = await lockNext(queries, selection, { after: last, most: atOnce });
      return { last: accounts.at(-1)?.id, count: accounts.length === 0 ? 0 : await change(queries, accounts) };
    });
    after = part.last;
    changed += part.count;
  }
  return changed;
}

/** Assignments in SQL, with `values` from $2 on. */
interface Assignments {
  readonly what: string;
  readonly values?: readonly unknown[];
}

async function update(
  queries: Queries,
  accounts: readonly Selected[],
  { what, values = [] }: Assignments,
): Promise<number> {
  const ids = accounts.map(({ id }) => id);
  await queries.rows(`update interimap_fleet.accounts set ${what}, changed = now() where id = any($1)`, [
    ids,
    ...values,
  ]);
  return accounts.length;
}

/** In the queue, and due. Those that are being worked on hear of it themselves. */
async function hurryAll({ queue }: ChangesFleet, queries: Queries, accounts: readonly Selected[]): Promise<void> {
  await queue.addAll(
    queries,
    accounts.map(({ id, group_set: groupKey, priority }) => ({ account: id, groupKey, priority, afterSeconds: 0 })),
  );
  await queue.hurryAll(
    queries,
    accounts.map(({ id }) => id),
  );
}
