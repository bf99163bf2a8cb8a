// All jobs that can be looked at, as they lie on the disk.

import type { Log } from "../../log/log.ts";
import { Job } from "./job.ts";
import { JobFiles } from "./job-files.ts";
import { hasEnded, type JobRecord } from "./job-record.ts";
import { isSecretOf } from "./job-secret.ts";
import type { JobsRules } from "./rules.ts";

export interface KeptJobsOptions {
  /** It is there. */
  readonly directory: string;
  readonly rules: () => Pick<JobsRules, "maxLogOctets" | "keptMs">;
  readonly log: Pick<Log, "warn">;
  /** In the queue, from 1. */
  readonly positionOf: (job: Job) => number | undefined;
}

export class KeptJobs implements Iterable<Job> {
  readonly #options: KeptJobsOptions;
  readonly #files: JobFiles;
  readonly #all = new Map<string, Job>();
  /** Ids of those that lie there and cannot be read. */
  readonly #unreadable = new Set<string>();

  constructor(options: KeptJobsOptions) {
    this.#options = options;
    this.#files = new JobFiles(options.directory);
  }

  /** Reads what was kept; what ran or waited is interrupted. Only one process may do that. */
  recover(): void {
    const records = this.#files.readAll((id, { message }) => {
      this.#unreadable.add(id);
      this.#options.log.warn(`The job ${id} cannot be read: ${message}`);
    });
    for (const record of records) {
      const job = this.#adopt(record);
      if (!hasEnded(job.state)) job.endByRestart();
    }
  }

  [Symbol.iterator](): Iterator<Job> {
    return this.#all.values();
  }

  has(job: Job): boolean {
    return this.#all.has(job.id);
  }

  /** @throws the system's error where it cannot be kept */
  add(record: JobRecord): Job {
    this.#files.create(record);
    return this.#adopt(record);
  }

  /** One that came to nothing. */
  drop(job: Job): void {
    this.#all.delete(job.id);
    this.#files.discard(job.id);
  }

  /** Undefined for a job that is not there, or not this browser's; the steps are the same. */
  find(id: string, secret: string): Job | undefined {
    const job = this.#all.get(id);
    return isSecretOf(secret, job?.secretHashes ?? []) ? job : undefined;
  }

  /** For the operator. */
  get(id: string): Job | undefined {
    return this.#all.get(id);
  }

  /** Only one that has ended. Returns whether it is gone. @throws the system's error where it cannot be removed */
  delete(job: Job): boolean {
    if (!hasEnded(job.state)) return false;
    this.#files.remove(job.id);
    this.#all.delete(job.id);
    return true;
  }

  /** Those that ended too long ago are deleted; of those that cannot be read, those of which nothing was written since. */
  deleteOld(now = Date.now()): void {
    const { rules, log } = this.#options;
    const isOld = (time: number | undefined): boolean => time !== undefined && time + rules().keptMs < now;
    const attempt = (id: string, remove: () => void): void => {
      try {
        remove();
      } catch (error) {
        log.warn(`The job ${id} cannot be deleted: ${(error as Error).message}`);
      }
    };
    for (const job of [...this].filter(({ endedAt }) => isOld(endedAt))) attempt(job.id, () => this.delete(job));
    for (const id of this.#unreadable) {
      attempt(id, () => {
        if (!isOld(this.#files.changedAt(id))) return;
        this.#files.remove(id);
        this.#unreadable.delete(id);
      });
    }
  }

  /** What could not be written before, as the disk was full. */
  saveAgain(): void {
    for (const job of this) if (!job.isSaved) job.save();
  }

  #adopt(record: JobRecord): Job {
    const { rules, positionOf, log } = this.#options;
    const job = new Job(record, {
      ...{ files: this.#files, positionOf, maxLogOctets: () => rules().maxLogOctets },
      onLoss: ({ id }, { message }) => {
        log.warn(`What the job ${id} says cannot be written: ${message}`);
      },
    });
    this.#all.set(job.id, job);
    return job;
  }
}
