// What is kept of a job on the disk, so that it can be shown after a restart. No passwords are in it.

import type { JobProgress, JobResult } from "../../job/job-message.ts";
import type { JobState } from "../api.ts";
import { newJobId } from "./job-secret.ts";
import type { KeptForm, ReadForm } from "./read-form.ts";

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

/** Of a job that is about to be queued. `hash`: of the secret of whoever started it. */
export function newRecord({ form, options }: Pick<ReadForm, "form" | "options">, hash: string): JobRecord {
  return {
    ...{ id: newJobId(), secretHashes: [hash], form, options, state: "interrupted" },
    ...{ createdAt: new Date().toISOString(), startedAt: undefined, endedAt: undefined, result: undefined },
  };
}

/** A file may have been damaged, or put there by somebody. */
export function isJobRecord(value: unknown, id: string): value is JobRecord {
  if (!isObject(value)) return false;
  const { form, state, createdAt, secretHashes, options } = value;
  const isForm = isObject(form) && typeof form["kind"] === "string" && isObject(form["fields"]);
  const isState = typeof state === "string" && Object.hasOwn(states, state);
  return (
    value["id"] === id && isForm && isState && typeof createdAt === "string" && [secretHashes, options].every(isTexts)
  );
}

const states: Readonly<Record<JobState, true>> = {
  ...{ queued: true, running: true, done: true, failed: true, aborted: true, interrupted: true },
};

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

export type EndState = Exclude<JobState, "queued" | "running">;

export function hasEnded(state: JobState): state is EndState {
  return state !== "queued" && state !== "running";
}
