// Which accounts a command is about.

import { InterimapError } from "../../model/errors.ts";
import type { EngineName } from "../accounts/account.ts";
import type { Status } from "../accounts/stored-account.ts";
import type { Queries } from "../database/database.ts";

export interface Selection {
  /** Empty: whatever the rest says. */
  readonly names: readonly string[];
  readonly all: boolean;
  readonly group: string | undefined;
  readonly status: Status | undefined;
}

export interface Selected {
  readonly id: number;
  readonly name: string;
  readonly group_set: string;
  readonly priority: number;
  readonly status: Status;
  readonly engine: EngineName;
}

const statuses: readonly string[] = ["waiting", "done", "paused", "stopped", "quarantined", "dead"];

export function isStatus(word: string): word is Status {
  return statuses.includes(word);
}

/** By name. @throws InterimapError USAGE for a name that there is not, or where nothing is named */
export async function selectAccounts(queries: Queries, selection: Selection): Promise<Selected[]> {
  await checkSelection(queries, selection);
  return queries.rows<Selected>(`${selecting} order by name`, selectionValues(selection));
}

/** @throws InterimapError USAGE for a name that there is not, or where nothing is named */
export async function checkSelection(queries: Queries, { names, all, group, status }: Selection): Promise<void> {
  if (names.length === 0 && !all && group === undefined && status === undefined)
    throw new InterimapError("USAGE", "which accounts?", { hint: "name them, or give --all, --group or --status" });
  const [missing] = await queries.rows<{ name: string }>(
    `select name from unnest($1::text[]) name
     where not exists (select from interimap_fleet.accounts where accounts.name = name.name) limit 1`,
    [names],
  );
  if (missing === undefined) return;
  throw new InterimapError("USAGE", `there is no account "${missing.name}"`, {
    hint: "see interimap-fleet list --all",
  });
}

/** The next ones, in a fixed order, for a transaction that changes them. `after`: the last one of those before, or 0. */
export function lockNext(
  queries: Queries,
  selection: Selection,
  { after, most }: { readonly after: number; readonly most: number },
): Promise<Selected[]> {
  return queries.rows<Selected>(
    `${selecting} and accounts.id > $4 order by accounts.id limit $5 for no key update of accounts`,
    [...selectionValues(selection), after, most],
  );
}

/**
 * By name, so many at a time: the first ones even if there are none. `query`: of rows with the account's name, from `selected`,
 * the accounts in hand. @throws InterimapError DATABASE_READ
 */
export async function* rowsByName<Row extends { readonly name: string }>(
  queries: Queries,
  selection: Selection,
  { most, query }: { readonly most: number; readonly query: string },
): AsyncGenerator<readonly Row[], void, undefined> {
  for (let after: string | undefined; ;) {
    const part: readonly Row[] = await queries.rows<Row>(
      `with selected as (${selecting} and ($4::text is null or name > $4) order by name limit $5)
       ${query} order by name`,
      [...selectionValues(selection), after ?? null, most],
    );
    if (part.length > 0 || after === undefined) yield part;
    if (part.length < most) return;
    after = part.at(-1)!.name;
  }
}

/** With the values of `selectionValues()` from $1 to $3. */
const selecting = `select accounts.id, name, group_set, priority, status, engine from interimap_fleet.accounts
  join interimap_fleet.group_sets on key = group_set
  where ($1::text[] = '{}' or name = any($1)) and ($2::text is null or $2 = any(groups))
  and ($3::text is null or status = $3)`;

function selectionValues({ names, group, status }: Selection): unknown[] {
  return [names, group ?? null, status ?? null];
}
