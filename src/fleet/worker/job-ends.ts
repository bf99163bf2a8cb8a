// Ends of runs that no process told: it was not even begun, or this program failed.

import type { JobEnd } from "../../job/run-job.ts";
import { InterimapError } from "../../model/errors.ts";

export type EndBefore = Extract<JobEnd, { readonly how: "by itself" }>;

export function endedBefore(exitName: string, sentence: string): EndBefore {
  return { how: "by itself", result: { exitCode: 1, exitName, sentence } };
}

/** A defect that one account brings to light is not to end the runs of others. @throws InterimapError that is none */
export function defectOf(error: unknown): EndBefore {
  if (error instanceof InterimapError && error.code !== "BUG") throw error;
  return defectIn(error);
}

export function defectIn(error: unknown): EndBefore {
  return endedBefore("EX_SOFTWARE", `internal error: ${error instanceof Error ? error.message : String(error)}`);
}
