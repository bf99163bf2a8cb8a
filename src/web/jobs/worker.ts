// The process that does a job, as this side of it sees it.

import type { JobMessage, JobResult } from "../../job/job-message.ts";
import type { CopySpec } from "../../job/job-spec.ts";

export interface WorkerEnd {
  /** Undefined: it did not end by itself. */
  readonly result: JobResult | undefined;
  /** Then, how it ended, in words. */
  readonly words: string;
}

export interface Worker {
  /** It does not reject. */
  readonly ended: Promise<WorkerEnd>;
  /** It finishes the message in hand, shows its figures, and ends. */
  abort(): void;
  /** At once. */
  kill(): void;
}

/** Starts a process. `hear` is called in the order of what it says, and not after its end. */
export type RunWorker = (spec: CopySpec, hear: (message: JobMessage) => void) => Worker;
