// The log of a job as text, from its beginning to its end, as imapsync writes it.

import { setTimeout as pause } from "node:timers/promises";
import type { Job } from "../jobs/job.ts";
import { hasEnded } from "../jobs/job-record.ts";

/** What happens within this time is told together. */
const gatherMs = 100;

/** Only a look whether somebody is still there. */
const patienceMs = 60_000;

export async function* logStream(job: Job, signal: AbortSignal): AsyncGenerator<string> {
  const reader = await job.openHistory();
  if (reader === undefined) return;
  try {
    while (!signal.aborted) {
      const { version } = job.changes;
      const isOver = hasEnded(job.state);
      for (let entries = await reader.next(); entries.length > 0; entries = await reader.next()) {
        const lines = entries.flatMap(({ event, data }) =>
          event === "lines" ? (JSON.parse(data) as { lines: readonly string[] }).lines : [],
        );
        if (lines.length > 0) yield `${lines.join("\n")}\n`;
      }
      if (isOver) return;
      await job.changes.since(version, { signal, ms: patienceMs });
      if (!hasEnded(job.state)) await pause(gatherMs);
    }
  } finally {
    await reader.close();
  }
}
