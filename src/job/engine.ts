// What a process that does a job needs to know of the engine that does it.

import type { Secrets } from "../log/secrets.ts";
import type { Fence } from "../model/fence.ts";
import type { Vocabulary } from "../model/vocabulary.ts";
import type { JobResult } from "./job-message.ts";
import type { JobSpec } from "./job-spec.ts";
import type { MessageOutput } from "./message-output.ts";

export interface Engine<Spec extends JobSpec> {
  readonly name: Spec["engine"];
  readonly vocabulary: Vocabulary;
  /** @throws what is a defect of the program */
  readonly perform: (spec: Spec, surroundings: JobSurroundings) => Promise<JobResult>;
}

export interface JobSurroundings {
  readonly output: MessageOutput;
  /** Ends the run as a signal does; its reason is a line that says why. */
  readonly stop: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
  /** Gets to know those of the job. */
  readonly secrets: Secrets;
  /** Asked before each change of a server and of the state. */
  readonly fence?: Fence | undefined;
}

/** @throws TypeError for a job that is another engine's */
export function requireOwn<Spec extends JobSpec>(spec: JobSpec, { name }: Engine<Spec>): Spec {
  if (spec.engine === name) return spec as Spec;
  throw new TypeError(`this process does not ${spec.engine}`);
}
