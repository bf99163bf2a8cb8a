// `plan`: what would run when, from sizes and speeds that were measured.

import { textTable } from "../../service/text-table.ts";
import { counted } from "../../util/counted.ts";
import { duration } from "../../util/duration.ts";
import { humanBytes } from "../../util/human-bytes.ts";
import type { Queries } from "../database/database.ts";
import type { Fleet } from "../fleet.ts";
import { type FleetPlan, planFleet, type PlannedAccount, type Speed } from "../report/fleet-plan.ts";
import { gatherPairs } from "../report/pairs-status.ts";
import { pairsDemand } from "../report/pairs-text.ts";

/** Until something was measured: what one processor does with a server nearby. */
const usualSpeed: Speed = { secondsEach: 1, messagesASecond: 200, octetsASecond: 10_000_000 };
const usualSlots = 2;

/** `slots`: accounts at the same time; undefined: as the workers have. @throws InterimapError DATABASE_READ */
export async function showPlan({ database }: Fleet, slots: number | undefined, json: boolean): Promise<string> {
  const all = slots ?? (await workerSlots(database));
  const pairs = await gatherPairs(database);
  const plan = planFleet(await waitingAccounts(database), {
    slots: Math.max(1, Math.floor(all - (pairs?.slots ?? 0))),
    limits: await limitsIn(database),
    speed: await measuredSpeed(database),
  });
  if (json) return `${JSON.stringify({ ...plan, pairs })}\n`;
  return pairs === undefined ? planText(plan) : `${planText(plan)}${pairsDemand(pairs, all)}\n`;
}

function planText({ hours, seconds, unmeasured, held }: FleetPlan): string {
  const columns = [
    ...[{ title: "Hour", isNumber: true }, { title: "From" }],
    ...["Accounts", "Messages", "Size"].map((title) => ({ title, isNumber: true })),
  ];
  const rows = hours.map(({ hour, host, accounts, messages, octets }) => [
    ...[`+${String(hour)}`, host, String(accounts), String(messages), humanBytes(octets)],
  ]);
  const notes = [
    hours.length === 0 ? "Nothing waits" : `All of it takes ${duration(seconds * 1000)}`,
    ...(unmeasured > 0
      ? [`${counted(unmeasured, "account")} not measured: run interimap-fleet phase measure --all first`]
      : []),
    ...(held > 0 ? [`${counted(held, "account")} left out: a limit is 0`] : []),
  ];
  return [...(rows.length === 0 ? [] : textTable(columns, rows)), ...notes].map((line) => `${line}\n`).join("");
}

/** Those that were measured only are still to be copied. */
async function waitingAccounts(queries: Queries): Promise<PlannedAccount[]> {
  interface Row extends Pick<PlannedAccount, "groups" | "host" | "priority"> {
    readonly messages: number | null;
    readonly octets: number | null;
  }
  const rows = await queries.rows<Row>(
    `select groups, host1 as host, priority, messages, octets from interimap_fleet.accounts
     join interimap_fleet.group_sets on key = group_set
     where (status = 'waiting' or (status = 'done' and phase = 'measure')) and phase <> 'sync'
     order by priority desc, id`,
  );
  return rows.map((row) => ({ ...row, messages: row.messages ?? undefined, octets: row.octets ?? undefined }));
}

async function workerSlots(queries: Queries): Promise<number> {
  const [row] = await queries.rows<{ slots: number }>(
    `select coalesce(sum(concurrency), 0) as slots from interimap_fleet.workers where seen > now() - interval '2 minutes'`,
  );
  return row === undefined || row.slots === 0 ? usualSlots : row.slots;
}

async function limitsIn(queries: Queries): Promise<ReadonlyMap<string, number>> {
  const rows = await queries.rows<{ name: string; most: number }>(
    `select known.name, coalesce(own.most, usual.most) as most
     from (select distinct unnest(groups) as name from interimap_fleet.group_sets) known
     left join interimap_fleet.limits own on own.name = known.name
     left join interimap_fleet.limits usual on usual.name = split_part(known.name, ':', 1) || ':*'
     where coalesce(own.most, usual.most) is not null`,
  );
  return new Map(rows.map(({ name, most }) => [name, most]));
}

/** Of one account, over the last runs that copied anything. */
async function measuredSpeed(queries: Queries): Promise<Speed> {
  const [row] = await queries.rows<{ messages: number | null; octets: number | null }>(
    `select sum(messages)::float8 / nullif(sum(seconds), 0) as messages, sum(octets)::float8 / nullif(sum(seconds), 0) as octets
     from (select messages, octets, extract(epoch from ended - started)::float8 as seconds from interimap_fleet.runs
       where kind = 'done' and messages > 0 order by id desc limit 10000) lately`,
  );
  if (row?.messages === null || row?.octets === null || row === undefined) return usualSpeed;
  return { ...usualSpeed, messagesASecond: Math.max(row.messages, 0.1), octetsASecond: Math.max(row.octets, 1) };
}
