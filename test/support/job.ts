// Jobs in processes of their own, and all that they say.

import type { JobMessage } from "../../src/job/job-message.ts";
import type { CopySpec, SyncSpec } from "../../src/job/job-spec.ts";
import { type JobEnd, type JobOptions, runJob, type RunningJob } from "../../src/job/run-job.ts";

export const anything: CopySpec = {
  engine: "copy",
  options: [],
  secrets: { password1: "", password2: "" },
  limits: { octets: undefined, seconds: undefined },
  targets: { allowsPrivate: true, ports: undefined },
};

export interface HeardJob {
  readonly job: RunningJob;
  readonly messages: readonly JobMessage[];
  readonly end: Promise<JobEnd>;
  readonly lines: () => string[];
  readonly of: <Type extends JobMessage["type"]>(type: Type) => Extract<JobMessage, { type: Type }>[];
}

/** `onMessage` hears each after it was noted. */
export function startJob(spec: Partial<CopySpec> | SyncSpec, options: Partial<JobOptions> = {}): HeardJob {
  const messages: JobMessage[] = [];
  const job = runJob(spec.engine === "sync" ? spec : { ...anything, ...spec }, {
    ...options,
    onMessage: (message) => {
      messages.push(message);
      return options.onMessage?.(message);
    },
  });
  const of = <Type extends JobMessage["type"]>(type: Type): Extract<JobMessage, { type: Type }>[] =>
    messages.filter((message): message is Extract<JobMessage, { type: Type }> => message.type === type);
  return { job, messages, end: job.ended, of, lines: () => of("line").map(({ text }) => text) };
}
