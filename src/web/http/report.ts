// All that is known of a job but for its log, as JSON, written piece by piece: there may be many messages that were not copied.

import type { Job } from "../jobs/job.ts";
import { eventsOfLastRun } from "./history-of.ts";

export async function* jobReport(job: Job): AsyncGenerator<string> {
  const { progress, folders, certificates, leftCount } = await job.summary();
  const head = JSON.stringify({ ...job.status, progress, folders, certificates, leftCount });
  yield `${head.slice(0, -1)},"left":[`;
  let separator = "\n";
  for await (const some of eventsOfLastRun(job, "left")) {
    yield some
      .map((left) => {
        const text = `${separator}${JSON.stringify(left)}`;
        separator = ",\n";
        return text;
      })
      .join("");
  }
  yield "\n]}\n";
}
