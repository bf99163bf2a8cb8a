// What a run has come to, by how its worker ended.

import type { JobResult } from "../../job/job-message.ts";
import { exitCode } from "../../model/exit-code.ts";
import type { EndState } from "./job-record.ts";
import type { WorkerEnd } from "./worker.ts";

export interface Outcome {
  readonly state: EndState;
  readonly result: JobResult | undefined;
}

/** `ending`: why it was being ended. What was done in spite of that is done. */
export function outcomeOf({ result, words }: WorkerEnd, ending: "aborted" | "interrupted" | undefined): Outcome {
  if (result !== undefined) return { state: result.exitCode === exitCode.done ? "done" : (ending ?? "failed"), result };
  const crash = words === "" ? undefined : { exitCode: exitCode.software, exitName: "", sentence: words };
  return { state: ending ?? "failed", result: crash };
}
