// What is kept of a job on the disk, so that it can be shown after a restart. No passwords are in it.

import type { JobProgress, JobResult } from "../../job/job-message.ts";
import type { JobState } from "../api.ts";
import type { KeptForm } from "./read-form.ts";

export interface JobRecord {
  readonly id: string;
  /** Of those who may see it. */
  readonly secretHashes: readonly string[];
  readonly form: KeptForm;
  /** Of imapsync. */
  readonly options: readonly string[];
  readonly state: JobState;
  /** ISO 8601, as the others. */
  readonly createdAt: string;
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  readonly result: JobResult | undefined;
  /** At the end of its last run. */
  readonly progress?: JobProgress | undefined;
  /** Something of the log of its last run could not be written. */
  readonly hasLogGap?: boolean;
}

export type EndState = Exclude<JobState, "queued" | "running">;

export function hasEnded(state: JobState): state is EndState {
  return state !== "queued" && state !== "running";
}
