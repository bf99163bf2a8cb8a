// Where jobs lie on the disk: a folder each, for this user only.

import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { makePrivateDirectory } from "../../files/open-safely.ts";
import { replaceFile } from "../../files/replace-file.ts";
import { InterimapError } from "../../model/errors.ts";
import type { JobStatus } from "../api.ts";
import { HistoryReader } from "./history-reader.ts";
import { isJobRecord, type JobRecord } from "./job-record.ts";
import { isJobId } from "./job-secret.ts";
import { emptySummary, Summary, type SummaryRecord } from "./summary.ts";

export class JobFiles {
  readonly #directory: string;

  /** `directory` is there. @throws InterimapError FILE_CREATE */
  constructor(directory: string) {
    this.#directory = join(directory, "jobs");
    try {
      makePrivateDirectory(this.#directory, { recursive: true });
    } catch (error) {
      throw new InterimapError("FILE_CREATE", `state-directory ${directory}: ${(error as Error).message}`, {
        hint: "it must be writable, and its disk must have room",
        cause: error,
      });
    }
  }

  historyPath(id: string): string {
    return join(this.#folder(id), "history");
  }

  /** @throws the system's error; then nothing of it is there */
  create(record: JobRecord): void {
    makePrivateDirectory(this.#folder(record.id), { recursive: false });
    try {
      this.save(record);
    } catch (error) {
      this.discard(record.id);
      throw error;
    }
  }

  save(record: JobRecord): void {
    replaceFile(join(this.#folder(record.id), "job.json"), JSON.stringify(record), 0o600);
  }

  /** All of the job's history is written. */
  saveSummary(id: string, summary: SummaryRecord): void {
    const kept: KeptSummary = { ...summary, historyOctets: this.#historyOctets(id) };
    replaceFile(join(this.#folder(id), "summary.json"), JSON.stringify(kept), 0o600);
  }

  /**
   * Made of the job's history where there is none, as the server was killed together with the job, or where it is not this history's:
   * after a loss of power, or when files of a backup were put back, they need not fit together.
   */
  async summary(id: string): Promise<SummaryRecord> {
    return this.#keptSummary(id) ?? (await this.#summaryOfHistory(id));
  }

  #keptSummary(id: string): SummaryRecord | undefined {
    try {
      const kept = JSON.parse(readFileSync(join(this.#folder(id), "summary.json"), "utf8")) as KeptSummary;
      const { historyOctets, ...summary } = kept;
      return historyOctets === this.#historyOctets(id) ? summary : undefined;
    } catch {
      return undefined;
    }
  }

  #historyOctets(id: string): number {
    return statSync(this.historyPath(id), { throwIfNoEntry: false })?.size ?? 0;
  }

  async #summaryOfHistory(id: string): Promise<SummaryRecord> {
    const summary = new Summary(emptySummary);
    const reader = await HistoryReader.open(this.historyPath(id));
    if (reader === undefined) return emptySummary;
    let eventCount = 0;
    try {
      for (let entries = await reader.next(); entries.length > 0; entries = await reader.next()) {
        for (const { id, event, data } of entries) {
          noteEntry(summary, event, data);
          eventCount = id;
        }
      }
    } finally {
      await reader.close();
    }
    return summary.record(eventCount);
  }

  /** A summary that is no longer true, before the history goes on. */
  dropSummary(id: string): void {
    rmSync(join(this.#folder(id), "summary.json"), { force: true });
  }

  /** @throws the system's error */
  remove(id: string): void {
    rmSync(this.#folder(id), { recursive: true, force: true });
  }

  /** As far as it can be done. */
  discard(id: string): void {
    try {
      this.remove(id);
    } catch {
      // An empty folder is all that may be left.
    }
  }

  /** `onBroken` hears of those that cannot be read; they stay as they are. */
  readAll(onBroken: (id: string, error: Error) => void): readonly JobRecord[] {
    return readdirSync(this.#directory)
      .filter(isJobId)
      .flatMap((id) => {
        try {
          return [this.#read(id)];
        } catch (error) {
          onBroken(id, error as Error);
          return [];
        }
      });
  }

  #read(id: string): JobRecord {
    const record: unknown = JSON.parse(readFileSync(join(this.#folder(id), "job.json"), "utf8"));
    if (!isJobRecord(record, id)) throw new Error("job.json has no job");
    return record;
  }

  /** When something of it was written last, in ms since 1970. @throws the system's error */
  changedAt(id: string): number {
    const folder = this.#folder(id);
    return Math.max(...["", ...readdirSync(folder)].map((name) => statSync(join(folder, name)).mtimeMs));
  }

  #folder(id: string): string {
    return join(this.#directory, id);
  }
}

/** As it is kept: it is that of a history of this length. */
type KeptSummary = SummaryRecord & { readonly historyOctets: number };

function noteEntry(summary: Summary, event: string, data: string): void {
  const value: unknown = JSON.parse(data);
  if (event === "state") {
    if ((value as JobStatus).state === "queued") summary.beginRun();
  } else if (event === "lines") {
    for (const text of (value as { lines: readonly string[] }).lines) summary.note({ type: "line", text });
  } else if (event === "left" || event === "certificate") {
    summary.note({ ...(value as object), type: event } as Parameters<Summary["note"]>[0]);
  }
}
