// The events of one kind in a job's history, from the disk.

import type { HistoryEvents } from "../jobs/history-entry.ts";
import type { Job } from "../jobs/job.ts";

/** Of the job's last run: with another run, what was left out before is tried again. */
export async function* eventsOfLastRun<E extends keyof HistoryEvents>(
  job: Job,
  kind: E,
): AsyncGenerator<readonly HistoryEvents[E][]> {
  const since = await lastStart(job);
  for await (const entries of pieces(job, since)) {
    const found = entries.filter(({ event }) => event === kind).map(({ data }) => JSON.parse(data) as HistoryEvents[E]);
    if (found.length > 0) yield found;
  }
}

async function lastStart(job: Job): Promise<number> {
  let last = 0;
  for await (const entries of pieces(job, 0)) {
    for (const { id, event, data } of entries)
      if (event === "state" && (JSON.parse(data) as HistoryEvents["state"]).state === "running") last = id;
  }
  return last;
}

async function* pieces(job: Job, after: number) {
  const reader = await job.openHistory(after);
  if (reader === undefined) return;
  try {
    for (let entries = await reader.next(); entries.length > 0; entries = await reader.next()) yield entries;
  } finally {
    await reader.close();
  }
}
