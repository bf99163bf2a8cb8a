// One run of an account: secrets and state in, a process of its own, and what became of it written down.

import type { KeyObject } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type JobEnd, runJob, type RunningJob } from "../../job/run-job.ts";
import type { Log } from "../../log/log.ts";
import { InterimapError } from "../../model/errors.ts";
import { monotonicMs } from "../../util/monotonic.ts";
import { untilClosed } from "../accounts/daily-window.ts";
import type { Fleet } from "../fleet.ts";
import { finishRun, keptState, type RunReport } from "../queue/finish.ts";
import { beat, nameProcess } from "../queue/lease.ts";
import type { Taken } from "../queue/take.ts";
import { resolveSecret } from "../secrets/resolve.ts";
import { Heard } from "./heard.ts";
import { jobOf, usesState } from "./job-of.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { type Outcome, outcomeOf, type RetryRules } from "./outcome-plan.ts";
import { startOf } from "./processes.ts";

export interface RunSurroundings {
  readonly fleet: Fleet;
  readonly worker: string;
  /** Of one run; undefined: none. */
  readonly runSeconds: number | undefined;
  readonly retry: Omit<RetryRules, "luck">;
  readonly keys: ReadonlyMap<string, KeyObject>;
  readonly credentials: string | undefined;
  /** For this user only. */
  readonly directory: string;
  /** That runs copies; undefined: this one. */
  readonly node: string | undefined;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  /** The worker is to end: the run ends behind the message in hand. */
  readonly stop: AbortSignal;
}

export interface Ended {
  readonly outcome: Outcome;
  /** False: the lease was lost, and what the run did is for the next one to find. */
  readonly isWritten: boolean;
}

/** A process that is to end has this part of a lease for it, and then is ended. */
const graceInLease = 0.2;
const retryWriteMs = 500;

/** @throws InterimapError DATABASE_READ before anything was begun */
export async function runAccount(taken: Taken, around: RunSurroundings): Promise<Ended> {
  const run = new AccountRun(taken, around);
  try {
    return await run.perform();
  } finally {
    run.close();
  }
}

class AccountRun {
  readonly #taken: Taken;
  readonly #around: RunSurroundings;
  readonly #heard = new Heard();
  readonly #started = new Date();
  readonly #keeper: LeaseKeeper;
  readonly #directory: string;
  readonly #lost = new AbortController();
  #heldAt = monotonicMs();
  #job: RunningJob | undefined;
  #wasStopped = false;

  constructor(taken: Taken, around: RunSurroundings) {
    this.#taken = taken;
    this.#around = around;
    this.#directory = mkdtempSync(join(around.directory, "run-"));
    const { fleet } = around;
    const { leaseSeconds } = taken.lease.job;
    this.#keeper = new LeaseKeeper({
      leaseSeconds,
      beat: () => beat(fleet, taken.lease, this.#heard.progress),
      onHeld: ({ status, phase }) => {
        this.#heldAt = monotonicMs();
        if (status !== "waiting" || phase !== taken.account.phase) this.#stop();
      },
      onLost: (why) => {
        around.log.warn(`${taken.account.name}: the run ends: ${why}`);
        this.#lost.abort();
        this.#stop();
      },
    });
  }

  async perform(): Promise<Ended> {
    const { stop } = this.#around;
    const onStop = (): void => this.#stop();
    stop.addEventListener("abort", onStop);
    try {
      const end = await this.#end().catch(defectOf);
      const outcome = this.#outcome(end);
      return { outcome, isWritten: await this.#write(end, outcome) };
    } finally {
      stop.removeEventListener("abort", onStop);
    }
  }

  close(): void {
    this.#keeper.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** It finishes the message in hand. */
  #stop(): void {
    this.#wasStopped = true;
    this.#job?.kill();
  }

  async #end(): Promise<JobEnd> {
    const { account, lease } = this.#taken;
    const { fleet, keys, credentials, stop, node } = this.#around;
    const { leaseSeconds } = lease.job;
    const signal = AbortSignal.any([stop, this.#lost.signal]);
    let passwords: [string, string];
    try {
      const [source, target] = account.hosts;
      const how = { keys, credentials, signal };
      passwords = [await resolveSecret(source, how), await resolveSecret(target, how)];
    } catch (error) {
      if (signal.aborted) return endedBefore("EXIT_BY_SIGNAL", "The worker ended before the run began.");
      if (!(error instanceof InterimapError) || error.code !== "CREDENTIALS") throw error;
      const hint = typeof error.hint === "string" ? `; ${error.hint}` : "";
      return endedBefore("EXIT_AUTHENTICATION_FAILURE", `${error.message}${hint}`);
    }
    const stateFile = await this.#placeState();
    if (this.#wasStopped || stop.aborted)
      return endedBefore("EXIT_BY_SIGNAL", "The worker ended before the run began.");
    const spec = jobOf({ account, passwords, stateFile, seconds: this.#seconds() });
    this.#job = runJob(spec, {
      ...{ onMessage: this.#heard.note, graceMs: leaseSeconds * 1000 * graceInLease },
      ...(node !== undefined && { node }),
    });
    const { pid } = this.#job;
    if (pid !== undefined && !(await nameProcess(fleet, lease, { pid, started: startOf(pid) }).catch(() => true)))
      this.#stop();
    return this.#job.ended;
  }

  /** As it was kept when the account was last worked on. */
  async #placeState(): Promise<string | undefined> {
    const { account } = this.#taken;
    if (!usesState(account.phase)) return undefined;
    const kept = await keptState(this.#around.fleet, account.id);
    if (kept !== undefined) writeFileSync(this.#stateFile, kept, { mode: 0o600 });
    return this.#stateFile;
  }

  get #stateFile(): string {
    return join(this.#directory, "state.db");
  }

  #seconds(): number | undefined {
    const closed = untilClosed(this.#taken.account.window, new Date());
    const limits = [this.#around.runSeconds, closed === undefined ? undefined : closed / 1000];
    const given = limits.filter((limit) => limit !== undefined);
    return given.length === 0 ? undefined : Math.min(...given);
  }

  #outcome(end: JobEnd): Outcome {
    const { account } = this.#taken;
    const { phase, everySeconds, failures } = account;
    const wait = end.how === "by itself" ? end.result.wait : undefined;
    const { host } = account.hosts[(wait?.host ?? 1) - 1]!;
    const group = `${wait?.host === 2 ? "target" : "source"}:${host.toLowerCase()}`;
    return outcomeOf(
      {
        ...{ end, phase, everySeconds, failures, wasStopped: this.#wasStopped },
        ...{ copied: this.#heard.copied.messages, differences: this.#heard.differences },
        wait: wait === undefined ? undefined : { group, seconds: wait.ms / 1000 },
      },
      { ...this.#around.retry, luck: Math.random() },
    );
  }

  /** The database may be away for a moment; what takes longer than the lease is another worker's. */
  async #write(end: JobEnd, outcome: Outcome): Promise<boolean> {
    const run = { ...this.#report(end, outcome), outcome };
    for (;;) {
      if (this.#lost.signal.aborted) return false;
      try {
        return await finishRun(this.#around.fleet, this.#taken, run);
      } catch (error) {
        if (!(error instanceof InterimapError) || error.code !== "DATABASE_READ") throw error;
        if (monotonicMs() - this.#heldAt > this.#taken.lease.job.leaseSeconds * 1000) return false;
        await pause(retryWriteMs);
      }
    }
  }

  #report(end: JobEnd, { kind }: Outcome): RunReport {
    const { account } = this.#taken;
    const isFine = kind === "done" || kind === "unfinished" || kind === "interrupted";
    const isClean = end.how === "by itself" && usesState(account.phase);
    const words = end.how === "by itself" ? "" : `\n${end.words}`;
    return {
      ...{ worker: this.#around.worker, started: this.#started, ...this.#heard.copied, size: this.#heard.size },
      exit: end.how === "by itself" ? end.result.exitName : (end.signal ?? `exit code ${String(end.exitCode)}`),
      sentence: end.how === "by itself" ? end.result.sentence : end.words,
      report: account.phase === "verify" ? this.#heard.report : undefined,
      log: isFine ? undefined : `${this.#heard.log}${words}`,
      state: isClean ? this.#readState() : undefined,
    };
  }

  /** A run that never got in has none. */
  #readState(): Buffer | undefined {
    try {
      return readFileSync(this.#stateFile);
    } catch {
      return undefined;
    }
  }
}

/** A defect that one account brings to light is not to end the runs of others. @throws InterimapError DATABASE_READ */
function defectOf(error: unknown): JobEnd {
  if (error instanceof InterimapError && error.code !== "BUG") throw error;
  return endedBefore("EX_SOFTWARE", `internal error: ${error instanceof Error ? error.message : String(error)}`);
}

function endedBefore(exitName: string, sentence: string): JobEnd {
  return { how: "by itself", result: { exitCode: 1, exitName, sentence } };
}
