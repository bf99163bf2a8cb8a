// `list` and `log`: what is known of single accounts.

import { textTable } from "../../service/text-table.ts";
import { counted } from "../../util/counted.ts";
import { humanBytes } from "../../util/human-bytes.ts";
import { printable } from "../../util/printable.ts";
import type { Fleet } from "../fleet.ts";
import { lagText } from "../report/pairs-text.ts";
import { checkSelection, rowsByName, selectAccounts, type Selection } from "./selection.ts";

interface ListedAccount {
  readonly name: string;
  readonly phase: string;
  readonly status: string;
  readonly reason: string | null;
  readonly from: string;
  readonly to: string;
  readonly messages: number | null;
  readonly octets: number | null;
  readonly copied: number;
  readonly worker: string | null;
  readonly engine: string;
  /** Of a pair that was in step: since then, in seconds. */
  readonly lag: number | null;
}

/** In a table, or in a text for one reader. */
const mostAtOnce = 1_000;

/** Some at a time, by name: a table for each thousand, or a line of JSON for each account. @throws InterimapError USAGE, DATABASE_READ */
export async function* listAccounts(
  { database }: Pick<Fleet, "database">,
  selection: Selection,
  json: boolean,
): AsyncGenerator<string, void, undefined> {
  await checkSelection(database, selection);
  let isFirst = true;
  const query = `select selected.name, accounts.phase, accounts.status, reason, host1 as from, host2 as to, messages, octets,
       copied_messages as copied, worker, accounts.engine, extract(epoch from now() - in_step)::int as lag
     from selected join interimap_fleet.accounts using (id)
     left join interimap_fleet.leases on account = accounts.id`;
  for await (const part of rowsByName<ListedAccount>(database, selection, { most: mostAtOnce, query })) {
    if (json) yield part.map((one) => `${JSON.stringify(one)}\n`).join("");
    else yield `${isFirst ? "" : "\n"}${tableOf(part)}`;
    isFirst = false;
  }
}

function tableOf(accounts: readonly ListedAccount[]): string {
  const columns = [
    ...["Account", "Phase", "Status"].map((title) => ({ title })),
    ...["Messages", "Size", "Copied", "Lag"].map((title) => ({ title, isNumber: true })),
    { title: "Why" },
  ];
  const rows = accounts.map(({ name, phase, status, messages, octets, copied, worker, reason, engine, lag }) => [
    ...[printable(name), phase, worker === null ? status : "running"],
    ...[messages === null ? "-" : String(messages), octets === null ? "-" : humanBytes(octets), String(copied)],
    lagText(engine, lag),
    printable(reason ?? ""),
  ]);
  return lines(textTable(columns, rows));
}

interface Run {
  readonly started: Date;
  readonly ended: Date;
  readonly phase: string;
  readonly worker: string;
  readonly kind: string;
  readonly exit: string;
  readonly sentence: string;
  readonly messages: number;
  readonly octets: number;
  readonly log: string | null;
}

const mostRuns = 50;

/** Ends with a line break. @throws InterimapError USAGE, DATABASE_READ */
export async function showLog({ database }: Fleet, name: string, json: boolean): Promise<string> {
  const [selected] = await selectAccounts(database, { names: [name], all: false, group: undefined, status: undefined });
  const runs = await database.rows<Run>(
    `select started, ended, phase, worker, kind, exit, sentence, messages, octets, log
     from interimap_fleet.runs where account = $1 order by id desc limit $2`,
    [selected?.id, mostRuns],
  );
  if (json) return `${JSON.stringify(runs)}\n`;
  const told = runs
    .toReversed()
    .map(
      (run) =>
        `${run.started.toISOString()} ${run.phase} by ${run.worker}: ${run.kind} (${run.exit}), ` +
        `${counted(run.messages, "message")} copied: ${run.sentence}`,
    );
  const failed = runs.find(({ log }) => log !== null);
  const log = failed?.log === undefined || failed.log === null ? [] : ["", ...failed.log.split("\n")];
  return lines([...told, ...log].map(printable));
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}
