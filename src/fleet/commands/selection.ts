// Which accounts a command is about.

import { InterimapError } from "../../model/errors.ts";
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
}

const statuses: readonly string[] = ["waiting", "done", "paused", "stopped", "quarantined", "dead"];

export function isStatus(word: string): word is Status {
  return statuses.includes(word);
}

/** By name. @throws InterimapError USAGE for a name that there is not, or where nothing is named */
export async function selectAccounts(queries: Queries, selection: Selection): Promise<Selected[]> {
  const { names, all, group, status } = selection;
  if (names.length === 0 && !all && group === undefined && status === undefined)
    throw new InterimapError("USAGE", "which accounts?", { hint: "name them, or give --all, --group or --status" });
  const selected = await queries.rows<Selected>(
    `select accounts.id, name, group_set, priority, status from interimap_fleet.accounts
     join interimap_fleet.group_sets on key = group_set
     where ($1::text[] = '{}' or name = any($1)) and ($2::text is null or $2 = any(groups))
     and ($3::text is null or status = $3) order by name`,
    [names, group ?? null, status ?? null],
  );
  const found = new Set(selected.map(({ name }) => name));
  const missing = group === undefined && status === undefined ? names.filter((name) => !found.has(name)) : [];
  if (missing.length > 0)
    throw new InterimapError("USAGE", `there is no account "${missing[0]!}"`, {
      hint: "see interimap-fleet list --all",
    });
  return selected;
}
