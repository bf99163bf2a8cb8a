// One job: what it is about, how it stands, and its history.

import type { JobMessage, JobProgress, JobResult } from "../../job/job-message.ts";
import type { JobSecrets } from "../../job/job-spec.ts";
import type { JobState, JobStatus } from "../api.ts";
import { Changes } from "./changes.ts";
import { History } from "./history.ts";
import { HistoryReader } from "./history-reader.ts";
import type { JobFiles } from "./job-files.ts";
import { type EndState, hasEnded, type JobRecord } from "./job-record.ts";
import { maxSecrets, newJobSecret } from "./job-secret.ts";
import { type KeptForm, type ReadForm, textOf } from "./read-form.ts";
import { Summary, type SummaryRecord } from "./summary.ts";
import type { Worker } from "./worker.ts";

export interface JobContext {
  readonly files: JobFiles;
  readonly maxLogOctets: () => number;
  /** In the queue, from 1. */
  readonly positionOf: (job: Job) => number | undefined;
  /** Something could not be written; the job goes on. */
  readonly onLoss: (job: Job, error: Error) => void;
}

/** What is there only between the start and the end of a run. */
export interface Run {
  readonly identity: string;
  /** Whose browser it is. */
  readonly address: string;
  /** Until the worker has them. */
  secrets: JobSecrets | undefined;
  worker: Worker | undefined;
  /** Why it is being ended, if it is. */
  ending: "aborted" | "interrupted" | undefined;
}

export class Job {
  readonly changes = new Changes();
  run: Run | undefined;
  watchers = 0;
  /** Whose browser started its last run; not kept on the disk. */
  address = "";
  #record: JobRecord;
  #history: History | undefined;
  #summary: Summary | undefined;
  /** Of a job that has ended, until it is on the disk. */
  #unsavedSummary: SummaryRecord | undefined;
  #isSaved = true;
  readonly #context: JobContext;

  constructor(record: JobRecord, context: JobContext) {
    this.#record = record;
    this.#context = context;
  }

  get id(): string {
    return this.#record.id;
  }

  get state(): JobState {
    return this.#record.state;
  }

  get form(): KeptForm {
    return this.#record.form;
  }

  /** Of imapsync. */
  get options(): readonly string[] {
    return this.#record.options;
  }

  /** What it has on the disk is what is known of it. */
  get isSaved(): boolean {
    return this.#isSaved;
  }

  /** Of the run that is going on. */
  get live(): Summary | undefined {
    return this.#summary;
  }

  get progress(): JobProgress | undefined {
    return this.#summary?.progress ?? this.#record.progress;
  }

  /** In ms since 1970; undefined: it has not ended. */
  get endedAt(): number | undefined {
    const { endedAt } = this.#record;
    return endedAt === undefined ? undefined : Date.parse(endedAt);
  }

  get status(): JobStatus {
    const { id, state, form, createdAt, startedAt, endedAt, result, hasLogGap = false } = this.#record;
    const [host1, user1, host2, user2] = ["host1", "user1", "host2", "user2"].map((name) => textOf(form.fields, name));
    const accounts = { host1: host1!, user1: user1!, host2: host2!, user2: user2! };
    const position = state === "queued" ? this.#context.positionOf(this) : undefined;
    const isStopping = this.run?.ending !== undefined;
    return { id, state, ...accounts, createdAt, startedAt, endedAt, position, result, isStopping, hasLogGap };
  }

  async summary(): Promise<SummaryRecord> {
    if (this.#summary === undefined || this.#history === undefined)
      return this.#unsavedSummary ?? this.#context.files.summary(this.id);
    this.#history.flush();
    return this.#summary.record(this.#history.eventCount);
  }

  /** Entries whose id is greater than `after`. Undefined: there are none. */
  async openHistory(after = 0): Promise<HistoryReader | undefined> {
    return HistoryReader.open(this.#context.files.historyPath(this.id), {
      after,
      size: () => this.#history?.octets ?? Infinity,
    });
  }

  /** Of the secrets that open it. */
  get secretHashes(): readonly string[] {
    return this.#record.secretHashes;
  }

  /** For another browser. */
  addSecret(): string {
    const { secret, hash } = newJobSecret();
    this.#change({ secretHashes: [...this.#record.secretHashes, hash].slice(-maxSecrets) });
    return secret;
  }

  /** It waits for its turn, the first time or again. @throws the system's error where it can have no history; nothing has changed then */
  enqueue(run: Run, { form, options, summary }: Omit<ReadForm, "secrets"> & { summary: SummaryRecord }): void {
    this.#history = this.#goOnWithHistory(summary);
    this.#unsavedSummary = undefined;
    this.run = run;
    this.address = run.address;
    this.#summary = new Summary(summary);
    this.#summary.beginRun();
    const nothing = { startedAt: undefined, endedAt: undefined, result: undefined, progress: undefined };
    this.#change({ state: "queued", form, options, ...nothing, hasLogGap: false });
    this.#history.append("state", this.status);
  }

  begin(worker: Worker): void {
    if (this.run === undefined) return;
    this.run.worker = worker;
    this.run.secrets = undefined;
    this.#change({ state: "running", startedAt: new Date().toISOString() });
    this.#history?.append("state", this.status);
  }

  /** Its run is being ended. */
  noteEnding(): void {
    this.#history?.append("state", this.status);
  }

  hear(message: JobMessage): void {
    // A line counts when it is in the history.
    if (message.type !== "line") this.#summary?.note(message);
    switch (message.type) {
      case "line":
        this.#history?.line(message.text);
        return;
      case "left":
      case "certificate": {
        const { type, ...data } = message;
        this.#history?.append(type, data);
        return;
      }
      case "progress":
      case "folder":
        this.changes.note();
        return;
      case "verified":
      case "ended":
        return;
    }
  }

  end(state: EndState, result: JobResult | undefined): void {
    if (hasEnded(this.state)) return;
    this.run = undefined;
    this.#change({ state, endedAt: new Date().toISOString(), result, progress: this.progress });
    this.#history?.append("state", this.status);
    this.#history?.close();
    this.#unsavedSummary = this.#summary?.record(this.#history?.eventCount ?? 0);
    this.save();
    this.#history = undefined;
    this.#summary = undefined;
    this.changes.note();
  }

  /** The server was stopped without a word while it ran. */
  endByRestart(): void {
    this.#change({ state: "interrupted", endedAt: new Date().toISOString() });
    try {
      const history = this.#goOnWithHistory({ lineCount: 0, eventCount: 0 });
      history.append("state", this.status);
      history.close();
    } catch (error) {
      this.#lose(error as Error);
    }
  }

  /** What could not be saved before, too. */
  save(): void {
    const { files, onLoss } = this.#context;
    try {
      files.save(this.#record);
      if (this.#unsavedSummary !== undefined) files.saveSummary(this.id, this.#unsavedSummary);
      this.#unsavedSummary = undefined;
      this.#isSaved = true;
    } catch (error) {
      if (this.#isSaved) onLoss(this, error as Error);
      this.#isSaved = false;
    }
  }

  /** The summary that was true until now goes. @throws the system's error */
  #goOnWithHistory({ lineCount, eventCount }: Pick<SummaryRecord, "lineCount" | "eventCount">): History {
    const { files, maxLogOctets } = this.#context;
    const path = files.historyPath(this.id);
    files.dropSummary(this.id);
    return new History({
      ...{ path, lineCount, eventCount, maxOctets: maxLogOctets() },
      onGrowth: () => this.changes.note(),
      onLines: (lines) => {
        for (const text of lines) this.#summary?.note({ type: "line", text });
      },
      onLoss: (error) => this.#lose(error),
    });
  }

  #lose(error: Error): void {
    this.#context.onLoss(this, error);
    if (this.#record.hasLogGap !== true) this.#change({ hasLogGap: true });
    this.changes.note();
  }

  #change(change: Partial<JobRecord>): void {
    this.#record = { ...this.#record, ...change };
    this.save();
  }
}
