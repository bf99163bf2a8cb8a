// Accounts on their way into the fleet. All of a file are gathered in a table of their own, where the database compares them with
// each other and with those of the fleet: there may be a million.

import { randomUUID } from "node:crypto";
import type { Queries } from "../database/database.ts";
import { storableJson } from "../database/storable.ts";
import type { Account, Phase } from "./account.ts";
import { windowText } from "./daily-window.ts";
import { groupKey, groupsOf } from "./groups.ts";

export interface IncomingAccount {
  readonly line: number;
  readonly account: Account;
  /** The one in the fleet that becomes like it; undefined: it is to be added. */
  readonly stored: number | undefined;
  /** In words; undefined: it is the same already. */
  readonly changes: string | undefined;
}

export interface LineFault {
  readonly line: number;
  readonly message: string;
}

export interface QueueEntry {
  readonly id: number;
  readonly groupKey: string;
  readonly priority: number;
}

const columns = `name, host1, port1, user1, secret1, host2, port2, user2, secret2, options, group_set, priority,
  work_window, every_seconds, engine`;
const types = `line integer, name text, host1 text, port1 integer, user1 text, secret1 jsonb, host2 text, port2 integer, user2 text,
  secret2 jsonb, options text[], groups text[], group_set text, priority integer, work_window text, every_seconds integer,
  engine text, account bigint, changes text`;

/**
 * Of an account in this table: where these are equal, it is the same work, and done at the same time it would double mail. Nearly all
 * servers take a user's name in any case, and have the same mailboxes at both of their usual ports.
 */
const workOf = (table: string): string[] => [
  ...["user1", "user2", "host1", "host2"].map((column) => `lower(${table}.${column})`),
  ...["port1", "port2"].map((column) => `coalesce(nullif(${table}.${column}, 143), 993)`),
  `${table}.options`,
];

const areTheSameWork = `(${workOf("there").join(", ")}) = (${workOf("mine").join(", ")})`;

/** Those of one file. */
export class Incoming {
  readonly #queries: Queries;
  readonly #batch = randomUUID();

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  async add(accounts: readonly IncomingAccount[]): Promise<void> {
    await this.#queries.rows(
      `insert into interimap_fleet.incoming (batch, line, ${columns}, groups, account, changes)
       select $1, line, ${columns}, groups, account, changes from jsonb_to_recordset($2::jsonb) as given (${types})`,
      [this.#batch, storableJson(accounts.map(rowOf))],
    );
  }

  /** The first ones, by line, and how many there are: names and works that are there twice, here or with those of the fleet. */
  async faults(most: number): Promise<{ readonly first: readonly LineFault[]; readonly count: number }> {
    const rows = await this.#queries.rows<LineFault & { readonly count: number }>(
      `with mine as (select * from interimap_fleet.incoming where batch = $1),
       names as (select line, name, min(line) over (partition by name) as first from mine),
       works as (
         select line, name, first_value(line) over same as first, first_value(name) over same as twin from mine
         where '' not in (user1, user2, host1, host2)
         window same as (partition by ${workOf("mine").join(", ")} order by line)
       )
       select *, count(*) over () from (
       select line, format('"%s" is in line %s as well', name, first) as message from names where line > first
       union all
       select line, format('it is the same as "%s": both users, servers and options', twin) from works
       where line > first and name <> twin
       union all
       select mine.line, format('"%s" is in the fleet already', name) from mine
       where account is null and exists (select from interimap_fleet.accounts there where there.name = mine.name)
       union all
       select mine.line, format('"%s" is in the fleet already, as "%s"', mine.name, there.name)
       from mine join interimap_fleet.accounts there on there.name <> mine.name and ${areTheSameWork}
       ) faults order by 1 limit $2`,
      [this.#batch, most],
    );
    return { first: rows.map(({ line, message }) => ({ line, message })), count: rows[0]?.count ?? 0 };
  }

  /** The first ones that change, in the order of the file. */
  changes(most: number): Promise<(LineFault & { readonly name: string })[]> {
    return this.#queries.rows(
      `select line, name, changes as message from interimap_fleet.incoming
       where batch = $1 and account is not null and changes is not null order by line limit $2`,
      [this.#batch, most],
    );
  }

  /** Once, before accounts are inserted or changed. */
  async makeGroups(queries: Queries): Promise<void> {
    await queries.rows(
      `insert into interimap_fleet.group_sets select distinct group_set, groups from interimap_fleet.incoming
       where batch = $1 order by 1 on conflict do nothing`,
      [this.#batch],
    );
  }

  /** Within a transaction. Returns how many; those whose name somebody has added meanwhile are left out. */
  async insertNew(queries: Queries, phase: Phase): Promise<number> {
    const [row] = await queries.rows<{ count: number }>(
      `with added as (
         insert into interimap_fleet.accounts (${columns}, phase, status)
         select ${columns}, case engine when 'sync' then 'sync' else $2 end, 'waiting' from interimap_fleet.incoming
         where batch = $1 and account is null order by line
         on conflict (name) do nothing returning 1
       ) select count(*) from added`,
      [this.#batch, phase],
    );
    return row!.count;
  }

  /** Of those that were inserted. `after`: the last one before, or 0. */
  inserted(
    queries: Queries,
    { after, most }: { readonly after: number; readonly most: number },
  ): Promise<QueueEntry[]> {
    return queries.rows<QueueEntry>(
      `select there.id, there.group_set as "groupKey", there.priority
       from interimap_fleet.accounts there join interimap_fleet.incoming mine using (name)
       where batch = $1 and account is null and there.id > $2 order by there.id limit $3`,
      [this.#batch, after, most],
    );
  }

  /** Some of those that change, by the order in which everybody locks accounts; within a transaction. */
  async change(
    queries: Queries,
    { after, most }: { readonly after: number; readonly most: number },
  ): Promise<QueueEntry[]> {
    const changed = columns.split(",").map((column) => column.trim());
    return queries.rows<QueueEntry>(
      `with locked as (
         select there.id from interimap_fleet.accounts there join interimap_fleet.incoming mine on there.id = mine.account
         where batch = $1 and changes is not null and there.id > $2 order by there.id limit $3 for no key update of there
       ), changed as (
         update interimap_fleet.accounts there
         set ${changed.map((column) => `${column} = mine.${column}`).join(", ")}, changed = now()
         from interimap_fleet.incoming mine join locked on locked.id = mine.account
         where mine.batch = $1 and there.id = mine.account
         returning there.id, there.group_set as "groupKey", there.priority
       ) select * from changed order by id`,
      [this.#batch, after, most],
    );
  }

  async count(): Promise<{
    readonly pairs: number;
    readonly copies: number;
    readonly changed: number;
    readonly same: number;
  }> {
    const [row] = await this.#queries.rows<Awaited<ReturnType<Incoming["count"]>>>(
      `select count(*) filter (where account is null and engine = 'sync') as pairs,
         count(*) filter (where account is null and engine = 'copy') as copies,
         count(*) filter (where account is not null and changes is not null) as changed,
         count(*) filter (where account is not null and changes is null) as same
       from interimap_fleet.incoming where batch = $1`,
      [this.#batch],
    );
    return row!;
  }

  /** Also what others have left behind, who were ended before they could do this. */
  async forget(): Promise<void> {
    await this.#queries.rows(
      "delete from interimap_fleet.incoming where batch = $1 or added < now() - interval '2 days'",
      [this.#batch],
    );
  }
}

function rowOf({ line, account, stored, changes }: IncomingAccount): object {
  const { name, hosts, engine, options, priority, window, everySeconds } = account;
  const [one, two] = hosts;
  const groups = groupsOf(account);
  return {
    ...{ line, name, engine, options, priority, groups, group_set: groupKey(groups) },
    ...{ host1: one.host, port1: one.port, user1: one.user, secret1: one.secret },
    ...{ host2: two.host, port2: two.port, user2: two.user, secret2: two.secret },
    ...{ work_window: window && windowText(window), every_seconds: everySeconds, account: stored, changes },
  };
}
