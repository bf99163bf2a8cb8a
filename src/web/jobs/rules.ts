// What the operator allows. It may change while jobs run.

import type { JobLimits, TargetRules } from "../../job/job-spec.ts";

export interface JobsRules extends AddressRules {
  readonly maxRunning: number;
  readonly maxQueued: number;
  readonly maxLogOctets: number;
  readonly keptMs: number;
  readonly endsWithTab: boolean;
  readonly limits: JobLimits;
  readonly targets: TargetRules;
  /** No job begins while it returns true. */
  readonly isOverloaded: () => boolean;
}

export interface AddressRules {
  /** Queued or running. */
  readonly maxPerAddress: number;
  readonly maxStartsPerHour: number;
  readonly maxFailedLoginsPerHour: number;
}
