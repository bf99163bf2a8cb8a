// `report`: what the last verification of each account found.

import { counted } from "../../util/counted.ts";
import { printable } from "../../util/printable.ts";
import { sum } from "../../util/sum.ts";
import type { Fleet } from "../fleet.ts";
import type { FolderTotals } from "../worker/heard.ts";
import { checkSelection, selecting, type Selection, selectionValues } from "./selection.ts";

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

/**
 * Some at a time, by name; as JSON, an array of those that were verified. `isFine` is known once the text was read: every account
 * was verified, and is equal.
 */
export class VerificationReport {
  readonly #fleet: Pick<Fleet, "database">;
  readonly #selection: Selection;
  #isFine = true;

  /** @throws InterimapError USAGE, DATABASE_READ */
  static async of(fleet: Pick<Fleet, "database">, selection: Selection): Promise<VerificationReport> {
    await checkSelection(fleet.database, selection);
    return new VerificationReport(fleet, selection);
  }

  private constructor(fleet: Pick<Fleet, "database">, selection: Selection) {
    this.#fleet = fleet;
    this.#selection = selection;
  }

  get isFine(): boolean {
    return this.#isFine;
  }

  /** @throws InterimapError DATABASE_READ */
  async *text(json: boolean): AsyncGenerator<string, void, undefined> {
    let isFirst = true;
    if (json) yield "[";
    for await (const part of this.#parts()) {
      this.#isFine &&= part.every((one) => isVerified(one) && isEqual(one));
      if (!json)
        yield part
          .flatMap(linesAbout)
          .map((line) => `${printable(line)}\n`)
          .join("");
      else
        for (const one of part.filter(isVerified)) {
          yield `${isFirst ? "" : ","}${JSON.stringify(one)}`;
          isFirst = false;
        }
    }
    if (json) yield "]\n";
  }

  async *#parts(): AsyncGenerator<readonly (Verified | Unverified)[], void, undefined> {
    for (let after: string | undefined; ;) {
      const part: readonly (Verified | Unverified)[] = await this.#fleet.database.rows<Verified | Unverified>(
        `with selected as (${selecting} and ($4::text is null or name > $4) order by name limit $5)
         select name, ended, report from selected left join lateral (
           select ended, report from interimap_fleet.runs where account = selected.id and report is not null
           order by runs.id desc limit 1
         ) last on true order by name`,
        [...selectionValues(this.#selection), after ?? null, mostAtOnce],
      );
      yield part;
      if (part.length < mostAtOnce) return;
      after = part.at(-1)!.name;
    }
  }
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
