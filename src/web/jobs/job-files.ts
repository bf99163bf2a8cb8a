// Where jobs lie on the disk: a folder each, for this user only.

import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makePrivateDirectory } from "../../files/open-safely.ts";
import { replaceFile } from "../../files/replace-file.ts";
import { InterimapError } from "../../model/errors.ts";
import { HistoryReader } from "./history-reader.ts";
import type { JobRecord } from "./job-record.ts";
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

  saveSummary(id: string, summary: SummaryRecord): void {
    replaceFile(join(this.#folder(id), "summary.json"), JSON.stringify(summary), 0o600);
  }

  /** Of a job that was killed together with the server there is none: it is made of its history. */
  async summary(id: string): Promise<SummaryRecord> {
    const path = join(this.#folder(id), "summary.json");
    if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8")) as SummaryRecord;
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
          return [JSON.parse(readFileSync(join(this.#folder(id), "job.json"), "utf8")) as JobRecord];
        } catch (error) {
          onBroken(id, error as Error);
          return [];
        }
      });
  }

  #folder(id: string): string {
    return join(this.#directory, id);
  }
}

function noteEntry(summary: Summary, event: string, data: string): void {
  const value: unknown = JSON.parse(data);
  if (event === "lines") {
    for (const text of (value as { lines: readonly string[] }).lines) summary.note({ type: "line", text });
  } else if (event === "left" || event === "certificate") {
    summary.note({ ...(value as object), type: event } as Parameters<Summary["note"]>[0]);
  }
}
