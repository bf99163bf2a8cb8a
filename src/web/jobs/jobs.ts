// All jobs: who gets to one, which of them run, and which wait.

import type { FormFields } from "../../job/allowed-options.ts";
import type { JobSecrets } from "../../job/job-spec.ts";
import type { Log } from "../../log/log.ts";
import { Admission } from "./admission.ts";
import { Identities } from "./identity.ts";
import { Job } from "./job.ts";
import { JobFiles } from "./job-files.ts";
import { hasEnded, type JobRecord } from "./job-record.ts";
import { isSecretOf, newJobId, newJobSecret } from "./job-secret.ts";
import { type ReadForm, textOf } from "./read-form.ts";
import { JobRefused } from "./refusal.ts";
import type { JobsRules } from "./rules.ts";
import { outcomeOf } from "./run-outcome.ts";
import { emptySummary, type SummaryRecord } from "./summary.ts";
import { Tally } from "./tally.ts";
import { Unwatched } from "./unwatched.ts";
import type { RunWorker, Worker, WorkerEnd } from "./worker.ts";

export interface JobsOptions {
  /** It is there. */
  readonly directory: string;
  readonly rules: () => JobsRules;
  readonly runWorker: RunWorker;
  readonly log: Pick<Log, "info" | "warn">;
  readonly times?: Partial<Times>;
}

interface Times {
  /** How long nobody may watch a job, where jobs end with their tab. */
  readonly unwatchedMs: number;
  /** How long a worker has to end by itself. */
  readonly endingMs: number;
  /** Between two looks at the load. */
  readonly overloadMs: number;
}

const usualTimes: Times = { unwatchedMs: 30_000, endingMs: 20_000, overloadMs: 5_000 };

export interface NewJob extends ReadForm {
  /** Of the browser, as limits count it. */
  readonly address: string;
}

export interface Started {
  readonly job: Job;
  /** For the browser. */
  readonly secret: string;
  /** It was there already. */
  readonly attached: boolean;
}

/** A worker that does not end at the end of its time does not obey. */
const overtimeMs = 60_000;

export class Jobs {
  readonly tally = new Tally();
  readonly admission: Admission;
  readonly #options: JobsOptions;
  readonly #files: JobFiles;
  readonly #times: Times;
  readonly #all = new Map<string, Job>();
  /** Those that are queued or running. */
  readonly #byIdentity = new Map<string, Job>();
  readonly #queue: Job[] = [];
  readonly #running = new Set<Job>();
  readonly #identities = new Identities();
  readonly #unwatched: Unwatched;
  #overload: NodeJS.Timeout | undefined;
  #isStopping = false;
  #noneRuns: () => void = () => undefined;

  constructor(options: JobsOptions) {
    const { rules, directory, times } = options;
    this.#options = options;
    this.#times = { ...usualTimes, ...times };
    this.#files = new JobFiles(directory);
    this.admission = new Admission(rules);
    this.#unwatched = new Unwatched({
      isWanted: () => rules().endsWithTab,
      graceMs: this.#times.unwatchedMs,
      abort: (job) => this.abort(job),
    });
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
  start(wanted: NewJob): Started {
    const identity = this.#admit(wanted);
    const present = this.#present(identity);
    if (present !== undefined) return present;
    this.#requireRoom(wanted);
    const { secret, hash } = newJobSecret();
    const { form, options } = wanted;
    const record: JobRecord = {
      ...{ id: newJobId(), secretHashes: [hash], form, options, state: "interrupted" },
      ...{ createdAt: new Date().toISOString(), startedAt: undefined, endedAt: undefined, result: undefined },
    };
    this.#files.create(record);
    const job = this.#adopt(record);
    this.#enqueue(job, { wanted, identity, summary: emptySummary });
    return { job, secret, attached: false };
  }

  /**
   * Does a job once more that has ended, or leads to the one of the same six values. Undefined: it has not ended.
   * @throws JobRefused
   */
  async resume(job: Job, wanted: NewJob): Promise<Started | undefined> {
    const identity = this.#admit(wanted);
    const summary = await job.summary();
    // While that was read, another tab may have done the same.
    const present = this.#present(identity);
    if (present !== undefined) return present;
    if (!hasEnded(job.state) || !this.#all.has(job.id)) return undefined;
    this.#requireRoom(wanted);
    this.#enqueue(job, { wanted, identity, summary });
    return { job, secret: job.addSecret(), attached: false };
  }

  /** Undefined for a job that is not there, or not this browser's; it takes as long. */
  find(id: string, secret: string): Job | undefined {
    const job = this.#all.get(id);
    if (job !== undefined) return job.isOpenedBy(secret) ? job : undefined;
    isSecretOf(secret, [nobodysHash]);
    return undefined;
  }

  /** For the operator. */
  get(id: string): Job | undefined {
    return this.#all.get(id);
  }

  /** The job of these values that is queued or running. */
  findByValues({ form, secrets }: ReadForm): Job | undefined {
    return this.#byIdentity.get(this.#identityOf(form.fields, secrets));
  }

  /** It ends after the message in hand; of one that has ended already, nothing happens. */
  abort(job: Job, ending: "aborted" | "interrupted" = "aborted"): void {
    const { run } = job;
    if (run === undefined || run.ending !== undefined) return;
    run.ending = ending;
    if (run.worker === undefined) {
      this.#queue.splice(this.#queue.indexOf(job), 1);
      this.#settle(job, { result: undefined, words: "" });
      this.#tellPositions();
    } else endSoon(run.worker, this.#times.endingMs);
  }

  /** Only one that has ended. Returns whether it is gone. */
  delete(job: Job): boolean {
    if (!hasEnded(job.state)) return false;
    this.#all.delete(job.id);
    this.#files.remove(job.id);
    return true;
  }

  /** Those that ended too long ago are deleted. */
  deleteOld(now = Date.now()): void {
    const { keptMs } = this.#options.rules();
    for (const job of [...this.#all.values()])
      if (job.endedAt !== undefined && job.endedAt + keptMs < now) this.delete(job);
  }

  /** Returns how to leave. */
  watch(job: Job): () => void {
    job.watchers++;
    this.#unwatched.note(job);
    let isThere = true;
    return () => {
      if (!isThere) return;
      isThere = false;
      job.watchers--;
      this.#unwatched.note(job);
    };
  }

  /** There may be room for more, as when rules have changed. */
  beginWaiting(): void {
    const { maxRunning, isOverloaded } = this.#options.rules();
    while (!this.#isStopping && this.#running.size < maxRunning && this.#queue.length > 0) {
      if (isOverloaded()) {
        this.#lookAgain();
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
  }

  #admit({ form, secrets, address }: NewJob): string {
    if (this.#isStopping) throw new JobRefused("stopping");
    this.admission.noteStart(address);
    return this.#identityOf(form.fields, secrets);
  }

  #identityOf(fields: FormFields, secrets: JobSecrets): string {
    const [host1, user1, host2, user2] = ["host1", "user1", "host2", "user2"].map((name) => textOf(fields, name));
    return this.#identities.of({ host1: host1!, user1: user1!, host2: host2!, user2: user2!, ...secrets });
  }

  #present(identity: string): Started | undefined {
    const job = this.#byIdentity.get(identity);
    return job && { job, secret: job.addSecret(), attached: true };
  }

  #requireRoom({ address }: NewJob): void {
    if (this.#queue.length >= this.#options.rules().maxQueued) throw new JobRefused("queue full");
    this.admission.requireRoom([...this.#queue, ...this.#running].filter(({ run }) => run?.address === address).length);
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

  #enqueue(job: Job, { wanted, identity, summary }: Enqueued): void {
    const { address, secrets } = wanted;
    job.enqueue({ identity, address, secrets, worker: undefined, ending: undefined }, { ...wanted, summary });
    this.#byIdentity.set(identity, job);
    this.#queue.push(job);
    this.#unwatched.note(job);
    this.#options.log.info("A job is queued", { fields: () => ({ job: job.id }) });
    this.beginWaiting();
  }

  #begin(job: Job): void {
    const { run, options } = job;
    if (run?.secrets === undefined) return;
    const { limits, targets } = this.#options.rules();
    this.#running.add(job);
    const worker = this.#options.runWorker({ options, secrets: run.secrets, limits, targets }, (message) => {
      job.hear(message);
      this.tally.note(job.id, message);
    });
    job.begin(worker);
    this.#options.log.info("A job has begun", { fields: () => ({ job: job.id }) });
    const overtime = killAfter(worker, limits.seconds);
    void worker.ended.then((end) => {
      clearTimeout(overtime);
      this.#settle(job, end);
      this.beginWaiting();
    });
  }

  #settle(job: Job, end: WorkerEnd): void {
    const { run } = job;
    if (run === undefined) return;
    this.#byIdentity.delete(run.identity);
    this.#running.delete(job);
    this.admission.noteEnd(run.address, end);
    if (end.words !== "") job.hear({ type: "line", text: end.words });
    const { state, result } = outcomeOf(end, run.ending);
    job.end(state, result);
    this.#unwatched.forget(job);
    this.tally.end(job.id, state);
    const fields = { job: job.id, state, ...(result && { code: result.exitCode }) };
    this.#options.log.info("A job has ended", { fields: () => fields });
    if (this.#running.size === 0) this.#noneRuns();
  }

  #lookAgain(): void {
    this.#overload ??= setTimeout(() => {
      this.#overload = undefined;
      this.beginWaiting();
    }, this.#times.overloadMs);
  }

  #tellPositions(): void {
    for (const job of this.#queue) job.changes.note();
  }
}

interface Enqueued {
  readonly wanted: NewJob;
  readonly identity: string;
  readonly summary: SummaryRecord;
}

const nobodysHash = "0".repeat(64);

function endSoon(worker: Worker, ms: number): void {
  worker.abort();
  const kill = setTimeout(() => worker.kill(), ms);
  void worker.ended.then(() => clearTimeout(kill));
}

function killAfter(worker: Worker, seconds: number | undefined): NodeJS.Timeout | undefined {
  if (seconds === undefined) return undefined;
  // A timer cannot be longer.
  return setTimeout(() => worker.kill(), Math.min(seconds * 1000 + overtimeMs, 2 ** 31 - 1));
}
