// Accounts as rows of the database.

import type { Queries } from "../database/database.ts";
import type { SecretReference } from "../secrets/reference.ts";
import type { Account, AccountHost, EngineName, Phase } from "./account.ts";
import type { HostColumns } from "./account-row.ts";
import { parseWindow, windowText } from "./daily-window.ts";
import { groupKey, groupsOf } from "./groups.ts";

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

export interface Inserted {
  readonly id: number;
  readonly groupKey: string;
  readonly priority: number;
}

/** Undefined: there is one of that name. `phase`: of a copy; a pair is kept in step. */
export async function insertAccount(queries: Queries, account: Account, phase: Phase): Promise<Inserted | undefined> {
  const { name, hosts, engine, options, priority, window, everySeconds } = account;
  const groups = groupsOf(account);
  const key = groupKey(groups);
  await queries.rows("insert into interimap_fleet.group_sets values ($1, $2) on conflict do nothing", [key, groups]);
  const [row] = await queries.rows<{ id: number }>(
    `insert into interimap_fleet.accounts (name, host1, port1, user1, secret1, host2, port2, user2, secret2, options,
       group_set, priority, work_window, every_seconds, phase, engine, status)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'waiting')
     on conflict (name) do nothing returning id`,
    [
      name,
      ...hosts.flatMap(({ host, port, user, secret }) => [host, port ?? null, user, JSON.stringify(secret)]),
      ...[options, key, priority, window === undefined ? null : windowText(window), everySeconds ?? null],
      ...[engine === "sync" ? "sync" : phase, engine],
    ],
  );
  return row === undefined ? undefined : { id: row.id, groupKey: key, priority };
}
