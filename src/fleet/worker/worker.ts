// A worker: takes accounts as long as it has room, runs them, and ends in order.

import { setTimeout as sleep } from "node:timers/promises";
import { InterimapError } from "../../model/errors.ts";
import { counted } from "../../util/counted.ts";
import { duration } from "../../util/duration.ts";
import { monotonicMs } from "../../util/monotonic.ts";
import type { Status } from "../accounts/stored-account.ts";
import type { Fleet } from "../fleet.ts";
import { takeAccount, type Taken } from "../queue/take.ts";
import type { Alert } from "./alerts.ts";
import { attend, leave } from "./attendance.ts";
import { fieldsOf, withFields, type WorkerLog } from "./named-log.ts";
import { OwnTrouble } from "./own-trouble.ts";
import { bootName, endLeftover } from "./processes.ts";
import { type Ended, runAccount, type RunSurroundings } from "./run-account.ts";

export interface WorkerOptions extends Omit<RunSurroundings, "stop" | "worker"> {
  readonly name: string;
  readonly fleet: Fleet;
  readonly concurrency: number;
  /** How much longer than its rhythm the lag of a pair may be until somebody is told. */
  readonly lagSeconds: number;
  /** Ends as soon as nothing is due. */
  readonly untilIdle: boolean;
  /** How long runs may go on that are on when it is to end. */
  readonly drainSeconds: number;
  readonly log: WorkerLog;
  readonly alert: (alert: Alert) => void;
  /** No more accounts are taken. */
  readonly drain: AbortSignal;
}

/** How often an idle worker looks. */
const idleMs = 1_000;
const afterTroubleMs = 1_000;
const seenEveryMs = 5_000;

export async function work(options: WorkerOptions): Promise<void> {
  await new Worker(options).work();
}

class Worker {
  readonly #options: WorkerOptions;
  readonly #boot = bootName();
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #isWoken = false;
  #endPause: () => void = () => undefined;
  #isTroubled = false;
  readonly #ownTrouble = new OwnTrouble();

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  async work(): Promise<void> {
    const { drain, drainSeconds, log, fleet, name } = this.#options;
    let limit: NodeJS.Timeout | undefined;
    const onDrain = (): void => {
      log.info(`Ending: ${counted(this.#running.size, "account is", "accounts are")} being worked on`);
      limit = setTimeout(() => this.#stop.abort(), drainSeconds * 1000);
      this.#wake();
    };
    if (drain.aborted) return;
    drain.addEventListener("abort", onDrain);
    const over = new AbortController();
    const attending = this.#attend(over.signal);
    await this.#untilDrained();
    await Promise.all(this.#running);
    over.abort();
    await attending;
    clearTimeout(limit);
    drain.removeEventListener("abort", onDrain);
    await leave(fleet, name).catch(() => undefined);
    if (this.#ownTrouble.isTooMuch) this.#ownTrouble.end();
  }

  async #untilDrained(): Promise<void> {
    const { drain, concurrency, untilIdle } = this.#options;
    while (!drain.aborted && !this.#ownTrouble.isTooMuch) {
      const taken = this.#running.size < concurrency ? await this.#take() : undefined;
      if (taken === "trouble") await this.#pause(afterTroubleMs);
      else if (taken === "more") continue;
      else if (taken !== undefined) this.#begin(taken);
      else if (untilIdle && this.#running.size === 0) return;
      else await this.#pause(idleMs);
    }
  }

  async #take(): Promise<Taken | "trouble" | "more" | undefined> {
    const { fleet, name, log } = this.#options;
    try {
      const { taken, leftovers, mayBeMore } = await takeAccount(fleet, { name, boot: this.#boot });
      for (const leftover of leftovers)
        if (endLeftover(leftover, this.#boot)) log.warn("Ended what a lost worker of this machine had left running");
      if (this.#isTroubled) log.info("The database answers again");
      this.#isTroubled = false;
      return taken ?? (mayBeMore ? "more" : undefined);
    } catch (error) {
      if (!(error instanceof InterimapError) || error.code === "BUG") throw error;
      if (!this.#isTroubled) log.warn(error.message);
      this.#isTroubled = true;
      return "trouble";
    }
  }

  /** However busy it is, others see that it is there. */
  async #attend(over: AbortSignal): Promise<void> {
    const { fleet, name, concurrency, lagSeconds } = this.#options;
    while (!over.aborted) {
      await attend(fleet, { name, concurrency, lagSeconds, tell: this.#tell }).catch((error: unknown) => {
        // Whoever takes accounts tells of it.
        if (!(error instanceof InterimapError) || error.code === "BUG") throw error;
      });
      await sleep(seenEveryMs, undefined, { signal: over }).catch(() => undefined);
    }
  }

  readonly #tell = (found: Alert): void => {
    const { log, alert } = this.#options;
    if (found.alert === "worker-gone")
      log.warn(`Worker ${found.gone} is gone: not seen since ${found.seen}`, { fields: () => ({ gone: found.gone }) });
    else if (found.alert === "pair-late")
      log.warn(`${found.account}: out of step for ${duration(found.lagSeconds * 1000)}`, {
        fields: () => ({ account: found.account }),
      });
    else if (found.alert !== "group-paused")
      log.error(`${found.account}: ${found.reason}`, { fields: () => ({ account: found.account }) });
    alert(found);
  };

  #begin(taken: Taken): void {
    const run = this.#run(taken).finally(() => {
      this.#running.delete(run);
      this.#wake();
    });
    this.#running.add(run);
  }

  async #run(taken: Taken): Promise<void> {
    const { name } = this.#options;
    const { account } = taken;
    const log = withFields(this.#options.log, fieldsOf(taken));
    const at = monotonicMs();
    log.info(`${account.name}: ${account.phase} begins`);
    try {
      const ended = await runAccount(taken, { ...this.#options, log, worker: name, stop: this.#stop.signal });
      this.#tellEnd(taken, { ...ended, ms: monotonicMs() - at, log });
    } catch (error) {
      if (!(error instanceof InterimapError) || error.code === "BUG") throw error;
      // Its lease runs out, and then somebody takes it again.
      log.warn(`${account.name}: ${error.message}`);
    }
  }

  #tellEnd(
    { account }: Taken,
    { outcome, written, isOwnTrouble, ms, log }: Ended & { readonly ms: number; readonly log: WorkerLog },
  ): void {
    const { alert } = this.#options;
    const { kind, status, reason } = outcome;
    this.#ownTrouble.note(isOwnTrouble, reason ?? "");
    const context = { fields: () => ({ kind, status, seconds: Math.round(ms) / 1000 }) };
    const { name, phase, groupKey: groups } = account;
    const took = duration(ms);
    if (written === undefined)
      log.warn(`${name}: the lease was lost after ${took}; another run goes on from there`, context);
    else if (reason === undefined) log.info(`${name}: ${phase} ${kind} after ${took}`, context);
    else (status === "waiting" ? log.warn : log.error)(`${name}: ${status}, ${kind}: ${reason}`, context);
    if (written === undefined) return;
    for (const { group, until, reason: why } of written.paused) {
      log.warn(`${group} is paused until ${until.toISOString()}: ${why}`, { fields: () => ({ group }) });
      alert({ alert: "group-paused", group, until: until.toISOString(), reason: why });
    }
    if (reason !== undefined && isTrouble(status))
      alert({ alert: `account-${status}`, account: name, groups, phase, kind, reason });
  }

  #wake(): void {
    this.#isWoken = true;
    this.#endPause();
  }

  /** Shorter, and perhaps none at all, where there is something new. */
  async #pause(ms: number): Promise<void> {
    if (!this.#isWoken)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#endPause = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.#isWoken = false;
  }
}

function isTrouble(status: Status): status is "stopped" | "quarantined" | "dead" {
  return status === "stopped" || status === "quarantined" || status === "dead";
}
