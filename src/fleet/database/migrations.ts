// The tables of the fleet, beside those of pg-boss, in versions.

import { InterimapError } from "../../model/errors.ts";
import type { Database, Queries } from "./database.ts";

/** In order; one that was published stays as it is. */
const migrations: readonly string[] = [
  `
  create table interimap_fleet.group_sets (key text primary key, groups text[] not null);

  create table interimap_fleet.limits (
    name text primary key,
    -- Null: no limit.
    most integer check (most >= 0),
    paused_until timestamptz,
    reason text
  );

  create table interimap_fleet.keys (
    id text primary key,
    public bytea not null,
    added timestamptz not null default now()
  );

  create table interimap_fleet.accounts (
    id bigint generated always as identity primary key,
    name text not null unique,
    host1 text not null, port1 integer, user1 text not null, secret1 jsonb not null,
    host2 text not null, port2 integer, user2 text not null, secret2 jsonb not null,
    options text[] not null,
    group_set text not null references interimap_fleet.group_sets,
    priority integer not null,
    work_window text,
    every_seconds integer,
    phase text not null check (phase in ('measure', 'bulk', 'pass', 'final', 'verify')),
    -- waiting: in the queue, or being worked on.
    status text not null check (status in ('waiting', 'done', 'paused', 'stopped', 'quarantined', 'dead')),
    reason text,
    -- In a row, without anything copied in between.
    failures integer not null default 0,
    -- Of the source, as it was measured last.
    messages bigint, octets bigint,
    -- In all its runs.
    copied_messages bigint not null default 0, copied_octets bigint not null default 0,
    changed timestamptz not null default now()
  );
  create index on interimap_fleet.accounts (group_set);
  create index on interimap_fleet.accounts (status, phase);

  create sequence interimap_fleet.lease_numbers;
  create table interimap_fleet.leases (
    account bigint primary key references interimap_fleet.accounts on delete cascade,
    number bigint not null unique default nextval('interimap_fleet.lease_numbers'),
    -- The attempt of pg-boss that it belongs to.
    job uuid not null, attempt integer not null,
    phase text not null,
    worker text not null,
    -- Where its process is, to be found again: a boot of a machine, and a process there with the time it was started.
    boot text not null, pid integer, pid_started text,
    started timestamptz not null default now(),
    progress jsonb
  );

  create table interimap_fleet.states (
    account bigint primary key references interimap_fleet.accounts on delete cascade,
    version bigint not null,
    lease bigint not null,
    -- Brotli over the file.
    content bytea not null,
    saved timestamptz not null default now()
  );
  alter table interimap_fleet.states alter column content set storage external;

  create table interimap_fleet.runs (
    id bigint generated always as identity primary key,
    account bigint not null references interimap_fleet.accounts on delete cascade,
    lease bigint not null,
    phase text not null,
    worker text not null,
    started timestamptz not null,
    ended timestamptz not null default now(),
    kind text not null,
    exit text not null,
    sentence text not null,
    messages bigint not null, octets bigint not null,
    report jsonb,
    log text
  );
  create index on interimap_fleet.runs (account, id);
  create index on interimap_fleet.runs (ended);

  create table interimap_fleet.workers (
    name text primary key,
    concurrency integer not null,
    started timestamptz not null default now(),
    seen timestamptz not null default now()
  );
  `,
  `
  -- When others noticed that it is gone.
  alter table interimap_fleet.workers add column missed timestamptz;
  -- A verification compares the texts of all messages, too.
  alter table interimap_fleet.accounts add column verify_texts boolean not null default false;
  -- A worker is to see to it that it is in the queue.
  alter table interimap_fleet.accounts add column is_asked_for boolean not null default false;
  create index on interimap_fleet.accounts (id) where is_asked_for;
  `,
  `
  alter table interimap_fleet.accounts
    add column engine text not null default 'copy' check (engine in ('copy', 'sync')),
    -- When the last run began that left a pair in step.
    add column in_step timestamptz,
    -- The lease that has the state; null: it came back in order. Otherwise the servers may be ahead of it.
    add column state_out bigint,
    -- Of a pair: the next run that comes to its end may delete any number of messages.
    add column allows_mass_delete boolean not null default false,
    drop constraint accounts_phase_check,
    add constraint accounts_phase_check check (phase in ('measure', 'bulk', 'pass', 'final', 'verify', 'sync'));

  alter table interimap_fleet.states
    -- SHA-256 of the file.
    add column digest bytea,
    -- It is not what was stored; it stays for who wants to look at it.
    add column is_damaged boolean not null default false,
    drop constraint states_pkey,
    add primary key (account, version);
  `,
  `
  -- Accounts of a file until all of it is checked; their passwords are sealed. After a crash of the database it may be empty.
  create unlogged table interimap_fleet.incoming (
    batch uuid not null,
    line integer not null,
    name text not null,
    host1 text not null, port1 integer, user1 text not null, secret1 jsonb not null,
    host2 text not null, port2 integer, user2 text not null, secret2 jsonb not null,
    options text[] not null,
    groups text[] not null, group_set text not null,
    priority integer not null,
    work_window text,
    every_seconds integer,
    engine text not null,
    -- The one in the fleet that becomes like it; null: it is added.
    account bigint,
    -- For people; null: it is the same already.
    changes text,
    added timestamptz not null default now(),
    primary key (batch, line)
  );
  create index on interimap_fleet.incoming (batch, account);

  alter table interimap_fleet.accounts
    add column added timestamptz not null default now(),
    -- Of a pair: somebody was told that it is out of step for too long.
    add column is_late boolean not null default false;
  `,
];

/** For who does not bring it up to date. @throws InterimapError DATABASE_READ, DATABASE_VERSION */
export async function requireVersion(queries: Queries): Promise<void> {
  const [there] = await queries.rows<{ name: string | null }>(
    "select to_regclass('interimap_fleet.version')::text as name",
  );
  const [row] =
    there?.name === null ? [] : await queries.rows<{ number: number }>("select number from interimap_fleet.version");
  if (row?.number === migrations.length) return;
  const words = row === undefined ? "there is no fleet in this database" : "the fleet is of another version";
  throw new InterimapError("DATABASE_VERSION", words, {
    hint: "run interimap-fleet status, of the same version as this program",
  });
}

/** One process at a time brings the schema up to date. @throws InterimapError DATABASE_READ, DATABASE_VERSION */
export async function migrate(database: Database): Promise<void> {
  await database.transaction(async (queries) => {
    await queries.rows("select pg_advisory_xact_lock(hashtextextended('interimap_fleet migrations', 0))");
    const [there] = await queries.rows<{ name: string | null }>(
      "select to_regclass('interimap_fleet.version')::text as name",
    );
    if (there?.name === null) {
      await queries.rows("create schema if not exists interimap_fleet");
      await queries.rows("create table interimap_fleet.version (number integer not null)");
      await queries.rows("insert into interimap_fleet.version values (0)");
    }
    const [row] = await queries.rows<{ number: number }>("select number from interimap_fleet.version");
    const version = row?.number ?? 0;
    if (version > migrations.length)
      throw new InterimapError("DATABASE_VERSION", "the database of the fleet was written by a newer version", {
        hint: "upgrade this program",
      });
    if (version === migrations.length) return;
    for (const statements of migrations.slice(version)) await queries.rows(statements);
    await queries.rows("update interimap_fleet.version set number = $1", [migrations.length]);
  });
}
