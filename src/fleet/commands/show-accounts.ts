// `list`, `log` and `report`: what is known of single accounts.

import { textTable } from "../../service/text-table.ts";
import { counted } from "../../util/counted.ts";
import { humanBytes } from "../../util/human-bytes.ts";
import { printable } from "../../util/printable.ts";
import type { Fleet } from "../fleet.ts";
import { lagText } from "../report/pairs-text.ts";
import type { FolderTotals } from "../worker/heard.ts";
import { checkSelection, selectAccounts, selecting, type Selection, selectionValues } from "./selection.ts";

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
  for (let after: string | undefined; ;) {
    const part: ListedAccount[] = await database.rows<ListedAccount>(
      `with selected as (${selecting} and ($4::text is null or name > $4) order by name limit $5)
       select accounts.name, accounts.phase, accounts.status, reason, host1 as from, host2 as to, messages, octets,
         copied_messages as copied, worker, accounts.engine, extract(epoch from now() - in_step)::int as lag
       from selected join interimap_fleet.accounts using (id)
       left join interimap_fleet.leases on account = accounts.id order by accounts.name`,
      [...selectionValues(selection), after ?? null, mostAtOnce],
    );
    if (part.length === 0 && after !== undefined) return;
    const isFirst = after === undefined;
    if (json) yield part.map((one) => `${JSON.stringify(one)}\n`).join("");
    else yield `${isFirst ? "" : "\n"}${tableOf(part)}`;
    if (part.length < mostAtOnce) return;
    after = part.at(-1)!.name;
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

interface Verified {
  readonly name: string;
  readonly ended: Date;
  readonly report: {
    readonly folders: readonly {
      readonly folder1: string;
      readonly folder2: string;
      readonly messages?: number;
      readonly octets?: number;
      readonly missing: number;
      readonly comparison?: FolderTotals["comparison"];
    }[];
    readonly left: readonly { readonly folder1: string; readonly uid1: number; readonly reason: string }[];
  };
}

type VerifiedFolder = Verified["report"]["folders"][number];

export interface VerificationReport {
  readonly text: string;
  /** Every account was verified, and is equal. */
  readonly isFine: boolean;
}

/** The last verification of each account. @throws InterimapError USAGE, DATABASE_READ */
export async function showReport(
  { database }: Fleet,
  selection: Selection,
  json: boolean,
): Promise<VerificationReport> {
  const selected = await selectAccounts(database, selection);
  const verified = await database.rows<Verified>(
    `select distinct on (account) name, ended, report from interimap_fleet.runs
     join interimap_fleet.accounts on accounts.id = account
     where account = any($1) and report is not null order by account, runs.id desc`,
    [selected.map(({ id }) => id)],
  );
  const byName = new Map(verified.map((one) => [one.name, one]));
  const isEqual = ({ report }: Verified): boolean =>
    report.folders.every(({ missing, comparison }) => missing === 0 && (comparison?.differing ?? 0) === 0);
  const isFine = selected.every(({ name }) => {
    const one = byName.get(name);
    return one !== undefined && isEqual(one);
  });
  if (json) return { text: `${JSON.stringify(verified)}\n`, isFine };
  const told = selected.flatMap(({ name }) => {
    const one = byName.get(name);
    if (one === undefined) return [`${name}: not verified yet`];
    const { folders, left } = one.report;
    const total = (of: (folder: VerifiedFolder) => number): number =>
      folders.reduce((sum, folder) => sum + of(folder), 0);
    const messages = total(({ messages }) => messages ?? 0);
    const texts = total(({ comparison }) => comparison?.compared ?? 0);
    const isThere = total(({ missing }) => missing) === 0;
    const verdict = isEqual(one)
      ? "all are on the target"
      : isThere
        ? "NOT all are the same on the target"
        : "NOT all are on the target";
    const compared = texts === 0 ? "" : `, ${counted(texts, "text")} compared`;
    return [
      `${name}: ${counted(folders.length, "folder")}, ${counted(messages, "message")}: ${verdict}${compared} (${one.ended.toISOString()})`,
      ...folders.flatMap(folderLines),
      ...left.map(({ folder1, uid1, reason }) => `  ${folder1}/${String(uid1)}: ${reason}`),
    ];
  });
  return { text: lines(told.map(printable)), isFine };
}

function folderLines({ folder1, missing, comparison }: VerifiedFolder): string[] {
  const { differing = 0, onlyOn2 = 0, resized = 0, messages1 = 0, messages2 = 0 } = comparison ?? {};
  const found = [
    ...(missing > 0 ? [`${counted(missing, "message")} missing`] : []),
    ...(differing > 0 ? [`${counted(differing, "message differs", "messages differ")}`] : []),
    ...(onlyOn2 > 0 ? [`${counted(onlyOn2, "message")} on the target only`] : []),
    ...(resized > 0 ? [`${counted(resized, "message")} with another size there`] : []),
    ...(messages1 === messages2 ? [] : [`${String(messages1)} on the source, ${String(messages2)} on the target`]),
  ];
  return found.length === 0 ? [] : [`  ${folder1}: ${found.join("; ")}`];
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}
