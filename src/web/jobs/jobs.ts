// Which jobs run, which wait, and who gets to one by its values.

import type { Log } from "../../log/log.ts";
import { Admission } from "./admission.ts";
import { endSoon, killAfter } from "./end-worker.ts";
import type { Job } from "./job.ts";
import { JobQueue } from "./job-queue.ts";
import { hasEnded, newRecord } from "./job-record.ts";
import { newJobSecret } from "./job-secret.ts";
import { JobsByValues } from "./jobs-by-values.ts";
import { KeptJobs } from "./kept-jobs.ts";
import type { NewJob, Started } from "./new-job.ts";
import type { ReadForm } from "./read-form.ts";
import { JobRefused } from "./refusal.ts";
import type { JobsRules } from "./rules.ts";
import { outcomeOf } from "./run-outcome.ts";
import { emptySummary, type SummaryRecord } from "./summary.ts";
import { Tally } from "./tally.ts";
import { type Times, usualTimes } from "./times.ts";
import { Unwatched } from "./unwatched.ts";
import type { RunWorker, WorkerEnd } from "./worker.ts";

export interface JobsOptions {
  /** It is there. */
  readonly directory: string;
  readonly rules: () => JobsRules;
  readonly runWorker: RunWorker;
  readonly log: Pick<Log, "info" | "warn">;
  readonly times?: Partial<Times>;
}

export class Jobs {
  readonly tally = new Tally();
  readonly kept: KeptJobs;
  readonly admission: Admission;
  readonly #options: JobsOptions;
  readonly #times: Times;
  /** Those that are queued or running. */
  readonly #byValues = new JobsByValues();
  readonly #queue = new JobQueue();
  readonly #running = new Set<Job>();
  readonly #unwatched: Unwatched;
  #overload: NodeJS.Timeout | undefined;
  #isStopping = false;
  #noneRuns: () => void = () => undefined;

  constructor(options: JobsOptions) {
    const { rules, directory, log, times } = options;
    this.#options = options;
    this.#times = { ...usualTimes, ...times };
    this.kept = new KeptJobs({ directory, rules, log, positionOf: (job) => this.#queue.positionOf(job) });
    this.admission = new Admission(rules);
    this.#unwatched = new Unwatched({
      isWanted: () => rules().endsWithTab,
      graceMs: this.#times.unwatchedMs,
      abort: (job) => this.abort(job),
    });
  }

  get runningCount(): number {
    return this.#running.size;
  }

  get queuedCount(): number {
    return this.#queue.size;
  }

  /** No further job would be taken. */
  get isFull(): boolean {
    return this.#isStopping || this.#queue.size >= this.#options.rules().maxQueued;
  }

  /** Begins a job, or leads to the one of the same six values that is queued or running. @throws JobRefused */
  start(wanted: NewJob): Started {
    const identity = this.#admit(wanted);
    const present = this.#present(identity);
    if (present !== undefined) return present;
    this.#requireRoom(wanted);
    const { secret, hash } = newJobSecret();
    const job = this.#orRefuse(() => this.kept.add(newRecord(wanted, hash)));
    try {
      this.#enqueue(job, { wanted, identity, summary: emptySummary });
    } catch (error) {
      this.kept.drop(job);
      throw error;
    }
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
    if (!hasEnded(job.state) || !this.kept.has(job)) return undefined;
    this.#requireRoom(wanted);
    this.#enqueue(job, { wanted, identity, summary });
    return { job, secret: job.addSecret(), attached: false };
  }

  /** The job of these values that is queued or running. */
  findByValues(values: ReadForm): Job | undefined {
    return this.#byValues.get(this.#byValues.identityOf(values));
  }

  /** It ends after the message in hand; of one that has ended already, nothing happens. */
  abort(job: Job, ending: "aborted" | "interrupted" = "aborted"): void {
    const { run } = job;
    if (run === undefined || run.ending !== undefined) return;
    run.ending = ending;
    if (run.worker === undefined) {
      this.#queue.remove(job);
      this.#settle(job, { result: undefined, words: "" });
      this.#queue.tellPositions();
    } else {
      job.noteEnding();
      endSoon(run.worker, this.#times.endingMs);
    }
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
    while (!this.#isStopping && this.#running.size < maxRunning && this.#queue.size > 0) {
      if (isOverloaded()) {
        this.#lookAgain();
        break;
      }
      this.#begin(this.#queue.takeFirst()!);
    }
    this.#queue.tellPositions();
  }

  /** Ends all jobs as interrupted, and returns when none runs any more. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#overload);
    for (const job of [...this.#queue, ...this.#running]) this.abort(job, "interrupted");
    if (this.#running.size > 0) await new Promise<void>((resolve) => (this.#noneRuns = resolve));
  }

  #admit(wanted: NewJob): string {
    if (this.#isStopping) throw new JobRefused("stopping");
    this.admission.noteStart(wanted.address);
    return this.#byValues.identityOf(wanted);
  }

  #present(identity: string): Started | undefined {
    const job = this.#byValues.get(identity);
    return job && { job, secret: job.addSecret(), attached: true };
  }

  #requireRoom({ address }: NewJob): void {
    if (this.#queue.size >= this.#options.rules().maxQueued) throw new JobRefused("queue full");
    this.admission.requireRoom([...this.#queue, ...this.#running].filter(({ run }) => run?.address === address).length);
  }

  #enqueue(job: Job, { wanted, identity, summary }: Enqueued): void {
    const { address, secrets } = wanted;
    const run = { identity, address, secrets, worker: undefined, ending: undefined };
    this.#orRefuse(() => job.enqueue(run, { ...wanted, summary }));
    this.#byValues.set(identity, job);
    this.#queue.add(job);
    this.#unwatched.note(job);
    this.#options.log.info("A job is queued", { fields: () => ({ job: job.id }) });
    this.beginWaiting();
  }

  /** Nobody could see what becomes of a job of which nothing can be written. @throws JobRefused */
  #orRefuse<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      this.#options.log.warn(`The state directory cannot be written to: ${(error as Error).message}`);
      throw new JobRefused("unwritable");
    }
  }

  #begin(job: Job): void {
    const { run, options } = job;
    if (run?.secrets === undefined) return;
    const { limits, targets } = this.#options.rules();
    this.#running.add(job);
    const worker = this.#options.runWorker(
      { engine: "copy", options, secrets: run.secrets, limits, targets },
      (message) => {
        job.hear(message);
        this.tally.note(job.id, message);
      },
    );
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
    this.#byValues.delete(run.identity);
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
}

interface Enqueued {
  readonly wanted: NewJob;
  readonly identity: string;
  readonly summary: SummaryRecord;
}
