// All jobs: who gets to one, which of them run, and which wait.

import type { JobLimits, JobSecrets, TargetRules } from "../../job/job-spec.ts";
import type { Log } from "../../log/log.ts";
import { EventRate } from "./event-rate.ts";
import { Identities, type SixValues } from "./identity.ts";
import { Job, type Run } from "./job.ts";
import { JobFiles } from "./job-files.ts";
import { hasEnded, type JobRecord } from "./job-record.ts";
import { isSecretOf, newJobId, newJobSecret } from "./job-secret.ts";
import { type FormFields, type ReadForm, textOf } from "./read-form.ts";
import { JobRefused } from "./refusal.ts";
import { emptySummary } from "./summary.ts";
import { Tally } from "./tally.ts";
import type { RunWorker, WorkerEnd } from "./worker.ts";

/** They may change while jobs run. */
export interface JobsRules {
  readonly maxRunning: number;
  readonly maxQueued: number;
  /** Of an address, queued or running. */
  readonly maxPerAddress: number;
  readonly maxStartsPerHour: number;
  readonly maxFailedLoginsPerHour: number;
  readonly maxLogOctets: number;
  readonly keptMs: number;
  readonly endsWithTab: boolean;
  readonly limits: JobLimits;
  readonly targets: TargetRules;
  /** No job begins while it returns true. */
  readonly isOverloaded: () => boolean;
}

export interface JobsOptions {
  /** It is there. */
  readonly directory: string;
  readonly rules: () => JobsRules;
  readonly runWorker: RunWorker;
  readonly log: Pick<Log, "info" | "warn">;
  /** How long nobody may watch, where jobs end with their tab; how long workers have to end by themselves. */
  readonly times?: Partial<Times>;
}

interface Times {
  readonly unwatchedMs: number;
  readonly endingMs: number;
  readonly overloadMs: number;
}

export interface NewJob extends ReadForm {
  /** Of the browser. */
  readonly address: string;
}

export interface Started {
  readonly job: Job;
  /** For the browser. */
  readonly secret: string;
  /** It was there already. */
  readonly attached: boolean;
}

/** imapsync's exit codes of logins that were refused. */
const loginFailures = new Set([16, 161, 162]);

/** A worker that does not end at the end of its time does not obey. */
const overtimeMs = 60_000;

export class Jobs {
  readonly tally = new Tally();
  readonly #options: JobsOptions;
  readonly #files: JobFiles;
  readonly #times: Times;
  readonly #all = new Map<string, Job>();
  /** Those that are queued or running. */
  readonly #byIdentity = new Map<string, Job>();
  readonly #queue: Job[] = [];
  readonly #running = new Set<Job>();
  readonly #identities = new Identities();
  readonly #starts = new EventRate();
  readonly #failedLogins = new EventRate();
  readonly #unwatched = new Map<Job, NodeJS.Timeout>();
  #overload: NodeJS.Timeout | undefined;
  #isStopping = false;
  #noneRuns: () => void = () => undefined;

  constructor(options: JobsOptions) {
    this.#options = options;
    this.#times = { unwatchedMs: 30_000, endingMs: 20_000, overloadMs: 5_000, ...options.times };
    this.#files = new JobFiles(options.directory);
  }

  /** Reads what was kept; what ran or waited is interrupted. Only one process may do that. */
  recover(): void {
    const records = this.#files.readAll((id, { message }) => {
      this.#options.log.warn(`The job ${id} cannot be read: ${message}`);
    });
    for (const record of records) {
      const job = this.#adopt(record);
      if (!hasEnded(job.state)) job.endByRestart();
    }
  }

  get all(): Iterable<Job> {
    return this.#all.values();
  }

  get runningCount(): number {
    return this.#running.size;
  }

  get queuedCount(): number {
    return this.#queue.length;
  }

  /** No further job would be taken. */
  get isFull(): boolean {
    return this.#isStopping || this.#queue.length >= this.#options.rules().maxQueued;
  }

  /** Begins a job, or leads to the one of the same six values that is queued or running. @throws JobRefused */
  start({ form, options, secrets, address }: NewJob): Started {
    this.#admit(address);
    const identity = this.#identities.of({ ...sixFields(form.fields), ...secrets });
    const present = this.#byIdentity.get(identity);
    if (present !== undefined) return { job: present, secret: present.addSecret(), attached: true };
    this.#requireRoom(address);
    const { secret, hash } = newJobSecret();
    const record: JobRecord = {
      ...{ id: newJobId(), secretHashes: [hash], form, options, state: "interrupted" },
      ...{ createdAt: new Date().toISOString(), startedAt: undefined, endedAt: undefined, result: undefined },
    };
    this.#files.create(record);
    const job = this.#adopt(record);
    job.enqueue(newRun({ identity, address, secrets }), { form, options, summary: emptySummary });
    this.#await(job, identity);
    return { job, secret, attached: false };
  }

  /** Does a job once more that has ended. Where one of the same values runs, it leads there. @throws JobRefused */
  async resume(job: Job, { form, options, secrets, address }: NewJob): Promise<Started | undefined> {
    this.#admit(address);
    const identity = this.#identities.of({ ...sixFields(form.fields), ...secrets });
    const present = this.#byIdentity.get(identity);
    if (present !== undefined) return { job: present, secret: present.addSecret(), attached: true };
    this.#requireRoom(address);
    const summary = await job.summary();
    // Another tab may have been faster.
    if (!hasEnded(job.state) || this.#byIdentity.has(identity) || !this.#all.has(job.id)) return undefined;
    job.enqueue(newRun({ identity, address, secrets }), { form, options, summary });
    this.#await(job, identity);
    return { job, secret: job.addSecret(), attached: false };
  }

  /** Undefined for a job that is not there, or not this browser's; it takes as long. */
  find(id: string, secret: string): Job | undefined {
    const job = this.#all.get(id);
    if (job === undefined) {
      isSecretOf(secret, [nobodysHash]);
      return undefined;
    }
    return job.isOpenedBy(secret) ? job : undefined;
  }

  /** For the operator. */
  get(id: string): Job | undefined {
    return this.#all.get(id);
  }

  /** The job of these values that is queued or running. */
  findByValues(fields: FormFields, secrets: JobSecrets): Job | undefined {
    return this.#byIdentity.get(this.#identities.of({ ...sixFields(fields), ...secrets }));
  }

  /** Counts as a start of this address. @throws JobRefused */
  noteStart(address: string): void {
    this.#admit(address);
  }

  /** It ends after the message in hand; of one that has ended already, nothing happens. */
  abort(job: Job, ending: "aborted" | "interrupted" = "aborted"): void {
    const { run } = job;
    if (run === undefined || run.ending !== undefined) return;
    run.ending = ending;
    if (job.state === "queued") {
      this.#queue.splice(this.#queue.indexOf(job), 1);
      this.#settle(job, { result: undefined, words: "" });
      this.#tellPositions();
      return;
    }
    run.worker?.abort();
    const kill = setTimeout(() => run.worker?.kill(), this.#times.endingMs);
    void run.worker?.ended.then(() => {
      clearTimeout(kill);
    });
  }

  /** Only one that has ended. Returns whether it is gone. */
  delete(job: Job): boolean {
    if (!hasEnded(job.state)) return false;
    this.#all.delete(job.id);
    this.#files.remove(job.id);
    job.changes.note();
    return true;
  }

  /** Those that ended too long ago are deleted. */
  deleteOld(now = Date.now()): void {
    const { keptMs } = this.#options.rules();
    for (const job of [...this.#all.values()]) {
      if (job.endedAt !== undefined && job.endedAt + keptMs < now) this.delete(job);
    }
  }

  /** Returns how to leave. */
  watch(job: Job): () => void {
    job.watchers++;
    clearTimeout(this.#unwatched.get(job));
    let isThere = true;
    return () => {
      if (!isThere) return;
      isThere = false;
      job.watchers--;
      this.#noteUnwatched(job);
    };
  }

  /** There may be room for more, as when rules have changed. */
  beginWaiting(): void {
    const { maxRunning, isOverloaded } = this.#options.rules();
    while (!this.#isStopping && this.#running.size < maxRunning && this.#queue.length > 0) {
      if (isOverloaded()) {
        this.#overload ??= setTimeout(() => {
          this.#overload = undefined;
          this.beginWaiting();
        }, this.#times.overloadMs).unref();
        break;
      }
      this.#begin(this.#queue.shift()!);
    }
    this.#tellPositions();
  }

  /** Ends all jobs as interrupted, and returns when none runs any more. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#overload);
    for (const job of [...this.#queue, ...this.#running]) this.abort(job, "interrupted");
    if (this.#running.size > 0) await new Promise<void>((resolve) => (this.#noneRuns = resolve));
    for (const timer of this.#unwatched.values()) clearTimeout(timer);
  }

  #admit(address: string): void {
    if (this.#isStopping) throw new JobRefused("stopping");
    const { maxStartsPerHour, maxFailedLoginsPerHour } = this.#options.rules();
    if (this.#starts.count(address) >= maxStartsPerHour) throw new JobRefused("starts of address");
    if (this.#failedLogins.count(address) >= maxFailedLoginsPerHour) throw new JobRefused("failed logins");
    this.#starts.note(address);
  }

  #requireRoom(address: string): void {
    const { maxQueued, maxPerAddress } = this.#options.rules();
    if (this.#queue.length >= maxQueued) throw new JobRefused("queue full");
    const mine = [...this.#queue, ...this.#running].filter(({ run }) => run?.address === address);
    if (mine.length >= maxPerAddress) throw new JobRefused("jobs of address");
  }

  #adopt(record: JobRecord): Job {
    const job = new Job(record, {
      files: this.#files,
      maxLogOctets: () => this.#options.rules().maxLogOctets,
      positionOf: (one) => (this.#queue.includes(one) ? this.#queue.indexOf(one) + 1 : undefined),
      onLoss: ({ id }, { message }) => {
        this.#options.log.warn(`What the job ${id} says cannot be written: ${message}`);
      },
    });
    this.#all.set(job.id, job);
    return job;
  }

  #await(job: Job, identity: string): void {
    this.#byIdentity.set(identity, job);
    this.#queue.push(job);
    this.#noteUnwatched(job);
    this.#options.log.info("A job is queued", { fields: () => ({ job: job.id }) });
    this.beginWaiting();
  }

  #begin(job: Job): void {
    const { run } = job;
    if (run?.secrets === undefined) return;
    const { limits, targets } = this.#options.rules();
    this.#running.add(job);
    const { options } = job;
    const worker = this.#options.runWorker({ options, secrets: run.secrets, limits, targets }, (message) => {
      job.hear(message);
      this.tally.note(job.id, message);
    });
    job.begin(worker);
    this.#options.log.info("A job has begun", { fields: () => ({ job: job.id }) });
    const overtime =
      limits.seconds === undefined
        ? undefined
        : setTimeout(() => worker.kill(), Math.min(limits.seconds * 1000 + overtimeMs, 2 ** 31 - 1));
    void worker.ended.then((end) => {
      clearTimeout(overtime);
      this.#settle(job, end);
      this.beginWaiting();
    });
  }

  #settle(job: Job, { result, words }: WorkerEnd): void {
    const { run } = job;
    if (run === undefined) return;
    this.#byIdentity.delete(run.identity);
    this.#running.delete(job);
    clearTimeout(this.#unwatched.get(job));
    this.#unwatched.delete(job);
    if (result !== undefined && loginFailures.has(result.exitCode)) this.#failedLogins.note(run.address);
    const state = result?.exitCode === 0 ? "done" : (run.ending ?? "failed");
    const shown = result ?? (words === "" ? undefined : { exitCode: 70, exitName: "", sentence: words });
    if (result === undefined && words !== "") job.hear({ type: "line", text: words });
    job.end(state, shown);
    this.tally.end(job.id, state);
    this.#options.log.info("A job has ended", {
      fields: () => ({ job: job.id, state, ...(shown && { code: shown.exitCode }) }),
    });
    if (this.#running.size === 0) this.#noneRuns();
  }

  #noteUnwatched(job: Job): void {
    if (job.watchers > 0 || hasEnded(job.state) || !this.#options.rules().endsWithTab) return;
    clearTimeout(this.#unwatched.get(job));
    const timer = setTimeout(() => this.abort(job), this.#times.unwatchedMs).unref();
    this.#unwatched.set(job, timer);
  }

  #tellPositions(): void {
    for (const job of this.#queue) job.changes.note();
  }
}

const nobodysHash = "0".repeat(64);

function newRun({ identity, address, secrets }: Pick<Run, "identity" | "address"> & { secrets: JobSecrets }): Run {
  return { identity, address, secrets, worker: undefined, ending: undefined };
}

function sixFields(fields: FormFields): Omit<SixValues, "password1" | "password2"> {
  const of = (field: string): string => textOf(fields, field).trim();
  return { host1: of("host1"), user1: of("user1"), host2: of("host2"), user2: of("user2") };
}
