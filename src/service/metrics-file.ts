// Writes the file of the metrics-file setting, for the textfile collector of Prometheus' node_exporter and the like.

import { dirname, resolve } from "node:path";
import { isOpenToAll } from "../files/examine.ts";
import { readNote } from "../files/read-note.ts";
import { replaceFile } from "../files/replace-file.ts";
import type { Log } from "../log/log.ts";
import type { WorkCounts } from "../model/work-counts.ts";
import { metricsText, successMetric } from "./metrics.ts";
import type { StatusDocument } from "./status-document.ts";
import { earlierWork, together } from "./work-counters.ts";

export class MetricsFile {
  readonly path: string;
  readonly #log: Log;
  #fails = false;
  /** By earlier processes. */
  #counted: WorkCounts | undefined;

  /** A relative path starts from the working directory. */
  constructor(path: string, log: Log) {
    this.path = resolve(path);
    this.#log = log;
  }

  /**
   * `work`: since the file was opened; it is added to what an earlier process had counted. Never throws: a failure is one warning until
   * it works again.
   */
  write(status: StatusDocument, work: WorkCounts): void {
    try {
      // Whether it can be written is about to show.
      const earlier = readNote(this.path, { maxOctets, isInForeignFolder: true }) ?? "";
      this.#counted ??= earlierWork(earlier, status.database.path);
      const success = lastSuccess(status) ?? earlierSuccess(earlier);
      replace(this.path, metricsText(status, success, together(this.#counted, work)));
      this.#fails = false;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.#fails) this.#log.warn(`the metrics file ${this.path} cannot be written (${reason})`);
      this.#fails = true;
    }
  }
}

/** Of an earlier file: many times what we write. */
const maxOctets = 1 << 20;

function lastSuccess({ lastLook }: StatusDocument): number | undefined {
  return lastLook?.skipped === 0 ? Date.parse(lastLook.at) / 1000 : undefined;
}

/** Only the file itself remembers it: a run that leaves something out must not lose when the last good one was. */
function earlierSuccess(text: string): number | undefined {
  const value = new RegExp(`^${successMetric}\\{.*\\} ([0-9]{1,11}(?:\\.[0-9]+)?)$`, "m").exec(text)?.[1];
  // Not later than now: the clock was put back since.
  return value === undefined ? undefined : Math.min(Number(value), Date.now() / 1000);
}

/** The collector is another user, and the file holds nothing but totals: 0644. */
function replace(path: string, text: string): void {
  if (isOpenToAll(dirname(path))) throw new Error("everybody may write to its directory");
  replaceFile(path, text, 0o644);
}
