// The configuration as the rules that jobs follow.

import type { WebConfig } from "../configuration/web-config.ts";
import type { JobsRules } from "../jobs/rules.ts";

const dayMs = 86_400_000;

export function jobsRules(config: WebConfig, isOverloaded: () => boolean): JobsRules {
  const { maxJobs, maxQueued, maxJobsPerAddress, maxStartsPerHour, maxFailedLoginsPerHour } = config;
  const { maxLogOctets, keptDays, endsWithTab, limits, targets } = config;
  return {
    ...{ maxRunning: maxJobs, maxQueued, maxPerAddress: maxJobsPerAddress, maxStartsPerHour, maxFailedLoginsPerHour },
    ...{ maxLogOctets, keptMs: keptDays * dayMs, endsWithTab, limits, targets, isOverloaded },
  };
}
