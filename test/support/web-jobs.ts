// Jobs of the web server with workers that a test leads.

import type { JobMessage } from "../../src/job/job-message.ts";
import type { CopySpec } from "../../src/job/job-spec.ts";
import type { Job } from "../../src/web/jobs/job.ts";
import { Jobs, type JobsOptions } from "../../src/web/jobs/jobs.ts";
import type { NewJob } from "../../src/web/jobs/new-job.ts";
import { readForm } from "../../src/web/jobs/read-form.ts";
import type { JobsRules } from "../../src/web/jobs/rules.ts";
import type { RunWorker, WorkerEnd } from "../../src/web/jobs/worker.ts";
import { scratchDirectory } from "./scratch.ts";

export interface LedWorker {
  readonly spec: CopySpec;
  readonly say: (...messages: readonly JobMessage[]) => void;
  readonly end: (end: Partial<WorkerEnd>) => Promise<void>;
  readonly asked: ("abort" | "kill")[];
}

export interface LedWorkers {
  readonly all: LedWorker[];
  readonly run: RunWorker;
}

export function ledWorkers(): LedWorkers {
  const all: LedWorker[] = [];
  const run: RunWorker = (spec, hear) => {
    let resolve: (end: WorkerEnd) => void = () => undefined;
    const ended = new Promise<WorkerEnd>((done) => (resolve = done));
    const asked: ("abort" | "kill")[] = [];
    all.push({
      // As it was: what is forgotten later was given.
      spec: structuredClone(spec),
      say: (...messages) => {
        for (const message of messages) hear(message);
      },
      end: async (end) => {
        resolve({ result: undefined, words: "", ...end });
        await ended;
        await Promise.resolve();
      },
      asked,
    });
    return { ended, abort: () => void asked.push("abort"), kill: () => void asked.push("kill") };
  };
  return { all, run };
}

export const done = { result: { exitCode: 0, exitName: "EX_OK", sentence: "All is copied." } };

export function line(text: string): JobMessage {
  return { type: "line", text };
}

export const generous: JobsRules = {
  ...{ maxRunning: 2, maxQueued: 3, maxPerAddress: 100, maxStartsPerHour: 100, maxFailedLoginsPerHour: 100 },
  ...{ maxLogOctets: 1 << 20, keptMs: 86_400_000, endsWithTab: false },
  limits: { octets: undefined, seconds: undefined },
  targets: { allowsPrivate: false, ports: [143, 993] },
  isOverloaded: () => false,
};

export interface Desk {
  readonly jobs: Jobs;
  readonly workers: LedWorkers;
  readonly directory: string;
  rules: JobsRules;
  readonly warnings: string[];
}

/** `options`: those of Jobs, and rules. With a directory, those who come after a restart. */
export function desk(options: Partial<JobsRules & Pick<JobsOptions, "directory" | "times">> = {}): Desk {
  const { directory = scratchDirectory("web-jobs"), times = {}, ...rules } = options;
  const workers = ledWorkers();
  const warnings: string[] = [];
  const made: Desk = {
    jobs: new Jobs({
      ...{ directory, times, rules: () => made.rules, runWorker: workers.run },
      log: { info: () => undefined, warn: (text) => void warnings.push(text) },
    }),
    ...{ workers, directory, warnings, rules: { ...generous, ...rules } },
  };
  made.jobs.kept.recover();
  return made;
}

export const sixValues = {
  ...{ host1: "imap.example.org", user1: "alice", password1: "secret one" },
  ...{ host2: "imap.example.net", user2: "bob", password2: "secret two" },
};

export function wanted(fields: Readonly<Record<string, string>> = {}, address = "192.0.2.1"): NewJob {
  const rules = { allowedHosts: undefined, deniedHosts: [], ports: undefined };
  return { ...readForm("page", { ...sixValues, ...fields }, rules), address };
}

/** Another pair of accounts for each name. */
export function wantedBy(user1: string, address?: string): NewJob {
  return wanted({ user1 }, address);
}

export interface Told {
  readonly id: number;
  readonly event: string;
  readonly data: unknown;
}

/** What is in the history of a job by now. */
export async function historyOf(job: Job, after = 0): Promise<readonly Told[]> {
  await job.summary();
  const reader = await job.openHistory(after);
  if (reader === undefined) return [];
  const all: Told[] = [];
  for (let some = await reader.next(); some.length > 0; some = await reader.next())
    all.push(...some.map(({ id, event, data }) => ({ id, event, data: JSON.parse(data) as unknown })));
  await reader.close();
  return all;
}

export async function linesOf(job: Job): Promise<readonly string[]> {
  const told = await historyOf(job);
  return told.flatMap(({ event, data }) => (event === "lines" ? (data as { lines: string[] }).lines : []));
}
