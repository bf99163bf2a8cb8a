// What beginning a job once more is called. Pure.

import type { JobState } from "./job-state.ts";
import { runKind } from "./run-kind.ts";

export function resumeWord({ status, options }: JobState): string {
  if (status.state === "interrupted") return "Go on";
  return runKind(options) === undefined ? "Resync" : "Run this again";
}
