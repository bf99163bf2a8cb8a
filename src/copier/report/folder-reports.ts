// What became of the messages of each folder: all that is in the source is accounted for.

import { countUids } from "../../model/uid-set.ts";
import { sum } from "../../util/sum.ts";
import type { CopyEvent, SkipReason } from "../events.ts";
import type { ErrorKind } from "./errors.ts";
import { bracketed } from "./shown-name.ts";

type FilterReason = Exclude<SkipReason, "present" | "duplicate" | "cross-duplicate">;

export interface FolderReport {
  readonly folder1: string;
  readonly folder2: string;
  /** As SELECT told; 0 when it could not be selected. */
  readonly inSource: number;
  readonly copied: number;
  readonly present: number;
  /** Equal ones in this folder, or with `--skipcrossduplicates` in another one. */
  readonly duplicates: number;
  readonly filtered: Readonly<Partial<Record<FilterReason, number>>>;
  readonly failed: Readonly<Partial<Record<ErrorKind, number>>>;
  /** With `--dry`. */
  readonly toCopy: number;
  /** The run ended before. */
  readonly notReached: number;
}

class Tally {
  readonly folder1: string;
  readonly folder2: string;
  inSource = 0;
  selected: number | undefined;
  copied = 0;
  present = 0;
  duplicates = 0;
  toCopy = 0;
  readonly filtered = new Map<FilterReason, number>();
  readonly failed = new Map<ErrorKind, number>();

  constructor(folder1: string, folder2: string) {
    this.folder1 = folder1;
    this.folder2 = folder2;
  }

  skip(count: number, reason: SkipReason): void {
    if (reason === "present") this.present += count;
    else if (reason === "duplicate" || reason === "cross-duplicate") this.duplicates += count;
    else add(this.filtered, reason, count);
  }

  report(): FolderReport {
    const { folder1, folder2, inSource, copied, present, duplicates, toCopy } = this;
    const filtered = this.#allFiltered();
    const others = [...filtered.values(), ...this.failed.values()];
    return {
      ...{ folder1, folder2, inSource, copied, present, duplicates, toCopy },
      ...{ filtered: Object.fromEntries(filtered), failed: Object.fromEntries(this.failed) },
      notReached: Math.max(inSource - copied - present - duplicates - toCopy - sum(others), 0),
    };
  }

  /** With what the search left out when the folder was opened; later, it is told message by message. */
  #allFiltered(): ReadonlyMap<FilterReason, number> {
    const { selected = this.inSource, filtered } = this;
    const count = this.inSource - selected + (filtered.get("not-selected") ?? 0);
    return count <= 0 ? filtered : new Map([...filtered, ["not-selected", count]]);
  }
}

export class FolderReports {
  /** By names on host1: each is copied once a run. */
  readonly #tallies = new Map<string, Tally>();

  note(event: CopyEvent): void {
    switch (event.type) {
      case "folder-begun":
        this.#tallyOf(event);
        break;
      case "folder-read":
        if (event.host === 1) this.#read(event);
        break;
      case "message-copied":
        this.#tallyOf(event).copied++;
        break;
      case "messages-to-copy":
        this.#tallyOf(event).toCopy += countUids(event.uids);
        break;
      case "messages-skipped":
        this.#tallyOf(event).skip(countUids(event.uids), event.reason);
        break;
      case "message-failed":
        add(this.#tallyOf(event).failed, event.error.kind, 1);
        break;
      default:
        break;
    }
  }

  /** As it is now; undefined before it was begun. `folder1`: its name on host1. */
  of(folder1: string): FolderReport | undefined {
    return this.#tallies.get(folder1)?.report();
  }

  /** In the order in which they were begun. */
  all(): FolderReport[] {
    return Array.from(this.#tallies.values(), (tally) => tally.report());
  }

  #read(event: Extract<CopyEvent, { type: "folder-read" }>): void {
    const tally = this.#tallies.get(event.folder);
    if (tally === undefined) return;
    tally.inSource = event.messages;
    tally.selected = event.selected;
  }

  #tallyOf({ folder1, folder2 }: { readonly folder1: string; readonly folder2: string }): Tally {
    const tally = this.#tallies.get(folder1) ?? new Tally(folder1, folder2);
    this.#tallies.set(folder1, tally);
    return tally;
  }
}

function add<Key>(counts: Map<Key, number>, key: Key, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

const filterWords: Readonly<Record<FilterReason, string>> = {
  "no-headers": "without headers",
  "too-large": "too large",
  "too-small": "too small",
  "not-selected": "not selected",
  skipmess: "by --skipmess",
  "long-lines": "with long lines",
  "short-lines": "with short lines",
  vanished: "gone meanwhile",
};

const failureWords: Partial<Record<ErrorKind, string>> = {
  quota: "over quota",
  fetch: "not fetched",
  append: "refused",
  "append-size": "refused for their size",
  "append-virus": "refused as a virus",
};

/** `[INBOX]: 9 in source = 5 copied + 2 already there + 1 duplicate + 1 filtered (1 too large) + 0 failed` */
export function folderReportLine(report: FolderReport): string {
  const filtered = parts(report.filtered, filterWords);
  const failed = parts(report.failed, failureWords);
  const terms = [
    `${report.copied} copied`,
    `${report.present} already there`,
    `${report.duplicates} duplicate`,
    `${filtered.count} filtered${filtered.words}`,
    `${failed.count} failed${failed.words}`,
    ...(report.toCopy > 0 ? [`${report.toCopy} to copy`] : []),
    ...(report.notReached > 0 ? [`${report.notReached} not reached`] : []),
  ];
  return `${bracketed(report.folder1)}: ${report.inSource} in source = ${terms.join(" + ")}`;
}

function parts(
  counts: Readonly<Record<string, number>>,
  words: Readonly<Record<string, string>>,
): { readonly count: number; readonly words: string } {
  const all = Object.entries(counts).map(([reason, count]) => `${count} ${words[reason] ?? "for other reasons"}`);
  return { count: sum(Object.values(counts)), words: all.length === 0 ? "" : ` (${all.join(", ")})` };
}
