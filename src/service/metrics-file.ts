// The file behind the metrics-file setting, for the textfile collector of Prometheus' node_exporter and its like.

import { closeSync, fchmodSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Log } from "../log/log.ts";
import { metricsText, successMetric } from "./metrics.ts";
import type { StatusDocument } from "./status-document.ts";

export class MetricsFile {
  readonly path: string;
  readonly #log: Log;
  #fails = false;

  /** A relative path starts from the working directory. */
  constructor(path: string, log: Log) {
    this.path = resolve(path);
    this.#log = log;
  }

  /** Never throws: a failure is one warning until it works again. */
  write(status: StatusDocument): void {
    try {
      replace(this.path, metricsText(status, lastSuccess(status) ?? earlierSuccess(this.path)));
      this.#fails = false;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.#fails) this.#log.warn(`the metrics file ${this.path} cannot be written (${reason})`);
      this.#fails = true;
    }
  }
}

function lastSuccess({ lastLook }: StatusDocument): number | undefined {
  return lastLook?.leftOut === 0 ? Date.parse(lastLook.at) / 1000 : undefined;
}

/** Only the file itself remembers it: a run that leaves something out must not lose when the last good one was. */
function earlierSuccess(path: string): number | undefined {
  try {
    const value = new RegExp(`^${successMetric}\\{.*\\} ([0-9.]+)$`, "m").exec(readFileSync(path, "utf8"))?.[1];
    return value === undefined ? undefined : Number(value);
  } catch {
    // no such file yet; whether it can be written is about to show
    return undefined;
  }
}

/** At once, so that nobody reads half of it. The collector is another user, and the file holds nothing but totals: 0644. */
function replace(path: string, text: string): void {
  const partial = `${path}.partial`;
  // anew, so that a link that somebody else made is not followed
  rmSync(partial, { force: true });
  const fd = openSync(partial, "wx", 0o644);
  try {
    try {
      fchmodSync(fd, 0o644);
      writeFileSync(fd, text);
    } finally {
      closeSync(fd);
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}
