// A job as server-sent events: its whole history, and then what happens, at the pace of who reads.

import { setTimeout as pause } from "node:timers/promises";
import type { FolderProgress, JobProgress } from "../../job/job-message.ts";
import type { JobEvents } from "../api.ts";
import type { Job } from "../jobs/job.ts";
import { hasEnded } from "../jobs/job-record.ts";

export interface EventStreamOptions {
  /** The id that the reader has already. */
  readonly after: number;
  /** Nobody reads any more. */
  readonly signal: AbortSignal;
  readonly heartbeatMs: number;
}

/** Until a browser comes back whose connection broke. */
const retryMs = 2000;

/** What happens within this time is told together. */
const gatherMs = 100;

const maxFoldersAtOnce = 200;

export async function* eventStream(job: Job, options: EventStreamOptions): AsyncGenerator<string> {
  const { after, signal, heartbeatMs } = options;
  yield `retry: ${retryMs}\n\n`;
  const reader = await job.openHistory(after);
  const live = new LiveEvents(job);
  try {
    while (!signal.aborted) {
      const { version } = job.changes;
      const isOver = hasEnded(job.state);
      yield* live.news();
      for (
        let entries = await reader?.next();
        entries !== undefined && entries.length > 0;
        entries = await reader?.next()
      ) {
        yield entries.map(({ id, event, data }) => `id: ${id}\nevent: ${event}\ndata: ${data}\n\n`).join("");
      }
      yield* live.unwritten();
      if (isOver) return;
      await job.changes.since(version, { signal, ms: heartbeatMs });
      if (version === job.changes.version) yield ": still here\n\n";
      else if (!hasEnded(job.state)) await pause(gatherMs);
    }
  } finally {
    await reader?.close();
  }
}

/** What is not in the history, because only the latest counts. */
class LiveEvents {
  readonly #job: Job;
  #progress: JobProgress | undefined;
  readonly #folders = new Map<string, FolderProgress>();
  #position: number | undefined;
  #told = "";

  constructor(job: Job) {
    this.#job = job;
  }

  async *news(): AsyncGenerator<string> {
    const { live, status } = this.#job;
    if (status.position !== this.#position) {
      this.#position = status.position;
      if (status.position !== undefined) yield event("state", status);
    }
    const { progress, folders } = live ?? (await this.#ended());
    const changed = [...folders].filter(([key, folder]) => this.#folders.get(key) !== folder);
    for (let from = 0; from < changed.length; from += maxFoldersAtOnce) {
      const some = changed.slice(from, from + maxFoldersAtOnce);
      for (const [key, folder] of some) this.#folders.set(key, folder);
      yield some.map(([, folder]) => event("folder", folder)).join("");
    }
    if (progress !== undefined && progress !== this.#progress) yield event("progress", progress);
    this.#progress = progress;
  }

  /** Where not all could be written, the history may not have how the job stands. */
  *unwritten(): Generator<string> {
    const { status } = this.#job;
    const now = event("state", status);
    if (status.hasLogGap && now !== this.#told) yield now;
    this.#told = now;
  }

  async #ended(): Promise<{ progress: JobProgress | undefined; folders: ReadonlyMap<string, FolderProgress> }> {
    const { progress, folders } = await this.#job.summary();
    return { progress, folders: new Map(folders.map((folder, index) => [String(index), folder])) };
  }
}

function event<E extends keyof JobEvents>(name: E, data: JobEvents[E]): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
