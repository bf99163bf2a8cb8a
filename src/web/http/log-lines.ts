// A part of a job's log, by the numbers of its lines.

import type { LogLines } from "../api.ts";
import type { Job } from "../jobs/job.ts";

export interface LineRange {
  /** From 1. */
  readonly from: number;
  readonly count: number;
}

export async function logLines(job: Job, { from, count }: LineRange): Promise<LogLines> {
  const { lineCount: total } = await job.summary();
  const found: string[] = [];
  const reader = await job.openHistory();
  try {
    for (
      let entries = await reader?.next();
      entries !== undefined && entries.length > 0;
      entries = await reader?.next()
    ) {
      for (const { event, data } of entries) {
        if (event !== "lines" || firstOf(data) >= from + count) continue;
        const { first, lines } = JSON.parse(data) as { first: number; lines: readonly string[] };
        found.push(...lines.slice(Math.max(0, from - first), from + count - first));
      }
      if (found.length >= count) break;
    }
  } finally {
    await reader?.close();
  }
  return { first: from, lines: found, total };
}

/** Without the work of reading all of it. */
function firstOf(data: string): number {
  return Number(/^\{"first":(\d+)/.exec(data)?.[1] ?? 0);
}
