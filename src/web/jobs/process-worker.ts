// A job's worker is a process of its own.

import { type JobEnd, runJob } from "../../job/run-job.ts";
import { oneLine } from "../../util/printable.ts";
import type { RunWorker } from "./worker.ts";

export const runProcess: RunWorker = (spec, hear) => {
  const { abort, kill, ended } = runJob(spec, { onMessage: hear });
  return {
    abort,
    kill,
    ended: ended.then((end) =>
      end.how === "by itself" ? { result: end.result, words: "" } : { result: undefined, words: wordsOf(end) },
    ),
  };
};

function wordsOf({ exitCode, signal, words }: Extract<JobEnd, { how: "crash" }>): string {
  const how = signal === undefined ? `with the exit code ${exitCode ?? "?"}` : `by the signal ${signal}`;
  const said = words === "" ? "" : ` (${oneLine(words)})`;
  return `The process of this migration ended ${how}${said}: start it again, and it goes on where it was`;
}
