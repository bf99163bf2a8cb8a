// `report`: what the last verification of each account found.

import { counted } from "../../util/counted.ts";
import { printable } from "../../util/printable.ts";
import { sum } from "../../util/sum.ts";
import type { Fleet } from "../fleet.ts";
import type { FolderTotals } from "../worker/heard.ts";
import { checkSelection, rowsByName, type Selection } from "./selection.ts";

interface Verified {
  readonly name: string;
  readonly ended: Date;
  readonly report: {
    readonly folders: readonly VerifiedFolder[];
    readonly left: readonly { readonly folder1: string; readonly uid1: number; readonly reason: string }[];
  };
}

interface VerifiedFolder {
  readonly folder1: string;
  readonly folder2: string;
  readonly messages?: number;
  readonly octets?: number;
  readonly missing: number;
  readonly comparison?: FolderTotals["comparison"];
}

type Unverified = { readonly [Field in keyof Verified]: Field extends "name" ? string : null };

/** Of this many accounts at a time, the reports are in memory. */
const mostAtOnce = 100;

export interface VerificationReport {
  readonly text: AsyncIterable<string>;
  /** Every account was verified, and is equal: known once the text was read. */
  readonly isFine: () => boolean;
}

/** Some at a time, by name; as JSON, an array of those that were verified. @throws InterimapError USAGE, DATABASE_READ */
export async function showReport(
  { database }: Pick<Fleet, "database">,
  selection: Selection,
  json: boolean,
): Promise<VerificationReport> {
  await checkSelection(database, selection);
  let isFine = true;
  async function* parts(): AsyncGenerator<readonly (Verified | Unverified)[], void, undefined> {
    for await (const part of rowsByName<Verified | Unverified>(database, selection, { most: mostAtOnce, query })) {
      isFine &&= part.every((one) => isVerified(one) && isEqual(one));
      yield part;
    }
  }
  return { text: json ? asJson(parts()) : asText(parts()), isFine: () => isFine };
}

const query = `select name, ended, report from selected left join lateral (
    select ended, report from interimap_fleet.runs where account = selected.id and report is not null
    order by runs.id desc limit 1
  ) last on true`;

type Parts = AsyncIterable<readonly (Verified | Unverified)[]>;

async function* asText(parts: Parts): AsyncGenerator<string, void, undefined> {
  for await (const part of parts) {
    const lines = part.flatMap(linesAbout).map(printable);
    yield lines.map((line) => `${line}\n`).join("");
  }
}

async function* asJson(parts: Parts): AsyncGenerator<string, void, undefined> {
  let before = "[";
  for await (const part of parts)
    for (const one of part.filter(isVerified)) {
      yield `${before}${JSON.stringify(one)}`;
      before = ",";
    }
  yield before === "[" ? "[]\n" : "]\n";
}

function isVerified(one: Verified | Unverified): one is Verified {
  return one.report !== null;
}

function isEqual({ report }: Verified): boolean {
  return report.folders.every(({ missing, comparison }) => missing === 0 && (comparison?.differing ?? 0) === 0);
}

function linesAbout(one: Verified | Unverified): string[] {
  if (!isVerified(one)) return [`${one.name}: not verified yet`];
  const { folders, left } = one.report;
  const messages = sum(folders.map(({ messages }) => messages ?? 0));
  const texts = sum(folders.map(({ comparison }) => comparison?.compared ?? 0));
  const isThere = folders.every(({ missing }) => missing === 0);
  const verdict = isEqual(one)
    ? "all are on the target"
    : isThere
      ? "NOT all are the same on the target"
      : "NOT all are on the target";
  const compared = texts === 0 ? "" : `, ${counted(texts, "text")} compared`;
  return [
    `${one.name}: ${counted(folders.length, "folder")}, ${counted(messages, "message")}: ${verdict}${compared} (${one.ended.toISOString()})`,
    ...folders.flatMap(folderLines),
    ...left.map(({ folder1, uid1, reason }) => `  ${folder1}/${String(uid1)}: ${reason}`),
  ];
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
