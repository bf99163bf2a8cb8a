// One run of an account: secrets and state in, a process of its own, and what became of it written down.

import type { KeyObject } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type HeldUntil, momentNow } from "../../job/lease-clock.ts";
import { type JobEnd, runJob, type RunningJob } from "../../job/run-job.ts";
import { InterimapError } from "../../model/errors.ts";
import { monotonicMs } from "../../util/monotonic.ts";
import { untilClosed } from "../accounts/daily-window.ts";
import { groupsOfServer } from "../accounts/groups.ts";
import { isAboutValues } from "../database/database.ts";
import type { Fleet } from "../fleet.ts";
import { type Finished, finishRun, type RunReport } from "../queue/finish.ts";
import { beat, nameProcess } from "../queue/lease.ts";
import { mostRunSeconds } from "../queue/queue.ts";
import { noteDamage, type StateAfter, takeState } from "../queue/states.ts";
import type { Taken } from "../queue/take.ts";
import { bothPasswords, endedBeforeIt } from "./both-passwords.ts";
import { Heard } from "./heard.ts";
import { defectIn, defectOf, endedBefore } from "./job-ends.ts";
import { jobOf, usesState, type WorkingCopy } from "./job-of.ts";
import { graceMs, heldUntil, LeaseKeeper } from "./lease-keeper.ts";
import type { WorkerLog } from "./named-log.ts";
import { type Outcome, outcomeOf, type RetryRules } from "./outcome-plan.ts";
import { startOf } from "./processes.ts";
import { allDamaged, damageLines, StateFile, type Unkept } from "./state-file.ts";

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
  readonly log: WorkerLog;
  /** The worker is to end: the run ends behind the message in hand. */
  readonly stop: AbortSignal;
}

export interface Ended {
  readonly outcome: Outcome;
  /** Undefined: the lease was lost, and what the run did is for the next one to find. */
  readonly written: Finished | undefined;
  /** It failed before a server was asked: the next account may fare the same here. */
  readonly isOwnTrouble: boolean;
}

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
  readonly #keeper: LeaseKeeper;
  readonly #directory: string;
  readonly #state: StateFile;
  readonly #startedAt = monotonicMs();
  readonly #lost = new AbortController();
  #heldAt: number;
  #heldUntil: HeldUntil;
  #job: RunningJob | undefined;
  #wasStopped = false;
  #lacksSecret = false;

  constructor(taken: Taken, around: RunSurroundings) {
    this.#taken = taken;
    this.#around = around;
    this.#directory = mkdtempSync(join(around.directory, "run-"));
    this.#state = new StateFile(this.#directory);
    const { fleet } = around;
    const { since, job } = taken.lease;
    const { leaseSeconds } = job;
    this.#heldAt = since.monotonicMs;
    this.#heldUntil = heldUntil(since, leaseSeconds);
    this.#keeper = new LeaseKeeper({
      ...{ leaseSeconds, since },
      beat: () => beat(fleet, taken.lease, this.#heard.progress),
      onHeld: ({ status, phase }, until) => {
        this.#heldAt = monotonicMs();
        this.#heldUntil = until;
        this.#job?.renew(until);
        if (status !== "waiting" || phase !== taken.account.phase) this.#stop();
      },
      onLost: (why) => {
        around.log.warn(`${taken.account.name}: the run ends: ${why}`);
        this.#lost.abort();
        // Before the signal, which only asks it to end: it may change nothing more.
        this.#job?.renew({ until: momentNow(), graceMs: graceMs(leaseSeconds) });
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
      const found = await this.#stateAfter(end);
      const state: StateAfter = "unkept" in found ? { kind: "lost" } : found;
      const outcome = this.#outcome(end, "unkept" in found ? found : undefined);
      try {
        const written = await this.#write({ ...this.#report(end, outcome), state, outcome });
        return { outcome, written, isOwnTrouble: this.#lacksSecret || outcome.kind === "defect" };
      } catch (error) {
        return await this.#writeLess(error);
      }
    } finally {
      stop.removeEventListener("abort", onStop);
    }
  }

  /** What a run left behind cannot be written down: without an end of its own, it would be done again and again. */
  async #writeLess(error: unknown): Promise<Ended> {
    const end = defectIn(error);
    const outcome = this.#outcome(end, undefined);
    const { worker } = this.#around;
    const { exitName: exit, sentence } = end.result;
    const nothing = { messages: 0, octets: 0, size: undefined, report: undefined, log: undefined };
    const written = await this.#write({ worker, exit, sentence, ...nothing, state: { kind: "lost" }, outcome });
    return { outcome, written, isOwnTrouble: true };
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
    const signal = AbortSignal.any([stop, this.#lost.signal]);
    const passwords = await bothPasswords(account, { keys, credentials, signal });
    if ("how" in passwords) {
      this.#lacksSecret = passwords !== endedBeforeIt;
      return passwords;
    }
    const state = usesState(account.phase) ? await this.#placeState() : undefined;
    if (this.#wasStopped || stop.aborted || state === "lease lost") return endedBeforeIt;
    if (state === "damaged") return endedBefore("EX_DATAERR", allDamaged);
    const spec = jobOf({ account, passwords, state, seconds: this.#seconds(), heldUntil: this.#heldUntil });
    this.#job = runJob(spec, {
      ...{ onMessage: this.#heard.note, graceMs: graceMs(lease.job.leaseSeconds) },
      ...(node !== undefined && { node }),
    });
    const { pid } = this.#job;
    if (pid !== undefined && !(await nameProcess(fleet, lease, { pid, started: startOf(pid) }).catch(() => true)))
      this.#stop();
    return this.#job.ended;
  }

  /** As it was kept when the account was last worked on. A copy can do without: it compares headers. */
  async #placeState(): Promise<WorkingCopy | "damaged" | "lease lost"> {
    const { account, lease } = this.#taken;
    const taken = await takeState(this.#around.fleet, lease);
    if (taken === undefined) return "lease lost";
    for (const line of damageLines(taken)) this.#around.log.error(`${account.name}: ${line}`);
    this.#state.place(taken);
    if (taken.isLost && account.engine === "sync") return "damaged";
    return { path: this.#state.path, mayBeOlder: taken.mayBeOlder };
  }

  #seconds(): number {
    const closed = untilClosed(this.#taken.account.window, new Date());
    const limits = [mostRunSeconds, this.#around.runSeconds, closed === undefined ? undefined : closed / 1000];
    return Math.min(...limits.filter((limit) => limit !== undefined));
  }

  #outcome(end: JobEnd, unkeptState: Unkept | undefined): Outcome {
    const { account } = this.#taken;
    if (unkeptState !== undefined) this.#around.log.error(`${account.name}: ${unkeptState.unkept}`);
    // A copy does without.
    const isForGood = account.engine === "sync" && unkeptState?.isTooLarge === true;
    const unkept = isForGood ? unkeptState.unkept : undefined;
    const { phase, everySeconds, failures } = account;
    const elapsedSeconds = (monotonicMs() - this.#startedAt) / 1000;
    const wait = end.how === "by itself" ? end.result.wait : undefined;
    return outcomeOf(
      {
        ...{ end, phase, everySeconds, elapsedSeconds, unkept, failures, wasStopped: this.#wasStopped },
        ...{ copied: this.#heard.copied.messages, differences: this.#heard.differences },
        wait: wait && { groups: groupsOfServer(account.hosts[wait.host - 1]!.host), seconds: wait.ms / 1000 },
      },
      { ...this.#around.retry, luck: Math.random() },
    );
  }

  /** The database may be away for a moment; what takes longer than the lease is another worker's. */
  async #write(run: RunReport & { readonly outcome: Outcome }): Promise<Finished | undefined> {
    for (;;) {
      if (this.#lost.signal.aborted) return undefined;
      try {
        return await finishRun(this.#around.fleet, this.#taken, run);
      } catch (error) {
        if (!(error instanceof InterimapError) || error.code !== "DATABASE_READ") throw error;
        if (isAboutValues(error)) throw error;
        if (monotonicMs() - this.#heldAt > this.#taken.lease.job.leaseSeconds * 1000) return undefined;
        await pause(retryWriteMs);
      }
    }
  }

  #report(end: JobEnd, { reason }: Outcome): Omit<RunReport, "state"> {
    const { account } = this.#taken;
    const words = end.how === "by itself" ? "" : `\n${end.words}`;
    return {
      ...{ worker: this.#around.worker, ...this.#heard.copied },
      // A synchronisation tells what is new only.
      size: account.engine === "copy" ? this.#heard.size : undefined,
      exit: end.how === "by itself" ? end.result.exitName : (end.signal ?? `exit code ${String(end.exitCode)}`),
      sentence: end.how === "by itself" ? end.result.sentence : end.words,
      report: account.phase === "verify" ? this.#heard.report : undefined,
      log: reason === undefined ? undefined : `${this.#heard.log}${words}`,
    };
  }

  async #stateAfter(end: JobEnd): Promise<StateAfter | Unkept> {
    const { account } = this.#taken;
    const version = this.#state.taken?.version;
    if (version !== undefined && end.how === "by itself" && end.result.exitName === "STATE_DAMAGED")
      await noteDamage(this.#around.fleet.database, account.id, version);
    return this.#state.after(end, { engine: account.engine, wasBegun: this.#job !== undefined });
  }
}
