// Accounts as rows of the database.

import type { Queries } from "../database/database.ts";
import type { SecretReference } from "../secrets/reference.ts";
import type { Account, AccountHost, EngineName, Phase } from "./account.ts";
import type { HostColumns } from "./account-row.ts";
import { parseWindow } from "./daily-window.ts";
import { ownGroup } from "./groups.ts";

/** `waiting`: in the queue, or being worked on. */
export type Status = "waiting" | "done" | "paused" | "stopped" | "quarantined" | "dead";

export interface StoredAccount extends Account {
  readonly id: number;
  readonly phase: Phase;
  readonly status: Status;
  readonly groupKey: string;
  readonly failures: number;
  /** A verification compares the texts of all messages, too. */
  readonly verifiesTexts: boolean;
  /** Of a pair: its next run may delete any number of messages. */
  readonly allowsMassDelete: boolean;
}

interface AccountRow extends HostColumns {
  readonly name: string;
  readonly engine: EngineName;
  readonly options: string[];
  readonly group_set: string;
  readonly priority: number;
  readonly work_window: string | null;
  readonly every_seconds: number | null;
  readonly phase: Phase;
  readonly status: Status;
  readonly failures: number;
  readonly verify_texts: boolean;
  readonly allows_mass_delete: boolean;
}

export async function accountById(queries: Queries, id: number): Promise<StoredAccount | undefined> {
  const [row] = await queries.rows<AccountRow>("select * from interimap_fleet.accounts where id = $1", [id]);
  return row === undefined ? undefined : stored(row);
}

function stored(row: AccountRow): StoredAccount {
  const host = (name: string, port: number | null, [user, secret]: [string, SecretReference]): AccountHost => ({
    ...{ host: name, port: port ?? undefined, user, secret },
  });
  const { id, name, engine, options, priority, phase, status, failures } = row;
  return {
    ...{ id, name, engine, options, priority, phase, status, failures, groupKey: row.group_set, group: undefined },
    hosts: [host(row.host1, row.port1, [row.user1, row.secret1]), host(row.host2, row.port2, [row.user2, row.secret2])],
    window: row.work_window === null ? undefined : parseWindow(row.work_window),
    everySeconds: row.every_seconds ?? undefined,
    verifiesTexts: row.verify_texts,
    allowsMassDelete: row.allows_mass_delete,
  };
}

/** Each with the group of the administrator's own. */
export async function accountsByName(queries: Queries, names: readonly string[]): Promise<Map<string, StoredAccount>> {
  const rows = await queries.rows<AccountRow & { readonly groups: readonly string[] }>(
    `select accounts.*, groups from interimap_fleet.accounts join interimap_fleet.group_sets on key = group_set
     where name = any($1)`,
    [names],
  );
  return new Map(rows.map((row) => [row.name, { ...stored(row), group: ownGroup(row.groups) }]));
}
