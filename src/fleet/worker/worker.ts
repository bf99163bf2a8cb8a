// A worker: takes accounts as long as it has room, runs them, and ends in order.

import type { Log } from "../../log/log.ts";
import { InterimapError } from "../../model/errors.ts";
import { counted } from "../../util/counted.ts";
import { duration } from "../../util/duration.ts";
import { monotonicMs } from "../../util/monotonic.ts";
import type { Fleet } from "../fleet.ts";
import { takeAccount, type Taken } from "../queue/take.ts";
import type { Alert } from "./alert.ts";
import { buryLost } from "./bury-lost.ts";
import { bootName, endLeftover } from "./processes.ts";
import { runAccount, type RunSurroundings } from "./run-account.ts";

export interface WorkerOptions extends Omit<RunSurroundings, "stop" | "worker"> {
  readonly name: string;
  readonly fleet: Fleet;
  readonly concurrency: number;
  /** Ends as soon as nothing is due. */
  readonly untilIdle: boolean;
  /** How long runs may go on that are on when it is to end. */
  readonly drainSeconds: number;
  readonly log: Pick<Log, "info" | "warn" | "error">;
  readonly alert: (alert: Alert) => void;
  /** No more accounts are taken. */
  readonly drain: AbortSignal;
}

/** How often an idle worker looks. */
const idleMs = 1_000;
const afterTroubleMs = 1_000;
const seenEveryMs = 15_000;

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
  #seenAt = -Infinity;
  #isTroubled = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  async work(): Promise<void> {
    const { drain, drainSeconds, log } = this.#options;
    let limit: NodeJS.Timeout | undefined;
    const onDrain = (): void => {
      log.info(`Ending: ${counted(this.#running.size, "account is", "accounts are")} being worked on`);
      limit = setTimeout(() => this.#stop.abort(), drainSeconds * 1000);
      this.#wake();
    };
    if (drain.aborted) return;
    drain.addEventListener("abort", onDrain);
    await this.#untilDrained();
    await Promise.all(this.#running);
    clearTimeout(limit);
    drain.removeEventListener("abort", onDrain);
    await this.#leave();
  }

  async #untilDrained(): Promise<void> {
    const { drain, concurrency, untilIdle } = this.#options;
    while (!drain.aborted) {
      const taken = this.#running.size < concurrency ? await this.#take() : undefined;
      if (taken === "trouble") await this.#pause(afterTroubleMs);
      else if (taken !== undefined) this.#begin(taken);
      else if (untilIdle && this.#running.size === 0) return;
      else await this.#pause(idleMs);
    }
  }

  async #take(): Promise<Taken | "trouble" | undefined> {
    const { fleet, name, log } = this.#options;
    try {
      await this.#beSeen();
      const { taken, leftovers } = await takeAccount(fleet, { name, boot: this.#boot });
      for (const leftover of leftovers)
        if (endLeftover(leftover, this.#boot)) log.warn("Ended what a lost worker of this machine had left running");
      if (this.#isTroubled) log.info("The database answers again");
      this.#isTroubled = false;
      return taken;
    } catch (error) {
      if (!(error instanceof InterimapError) || error.code === "BUG") throw error;
      if (!this.#isTroubled) log.warn(error.message);
      this.#isTroubled = true;
      return "trouble";
    }
  }

  async #beSeen(): Promise<void> {
    const { fleet, name, concurrency, log, alert } = this.#options;
    const now = monotonicMs();
    if (now - this.#seenAt < seenEveryMs) return;
    await fleet.database.rows(
      `insert into interimap_fleet.workers (name, concurrency) values ($1, $2)
       on conflict (name) do update set concurrency = excluded.concurrency, seen = now()`,
      [name, concurrency],
    );
    for (const buried of await buryLost(fleet)) {
      log.error(`${buried.account}: ${buried.reason}`);
      alert(buried);
    }
    this.#seenAt = now;
  }

  #begin(taken: Taken): void {
    const run = this.#run(taken).finally(() => {
      this.#running.delete(run);
      this.#wake();
    });
    this.#running.add(run);
  }

  async #run(taken: Taken): Promise<void> {
    const { log, alert, name } = this.#options;
    const { account } = taken;
    const at = monotonicMs();
    log.info(`${account.name}: ${account.phase} begins`);
    try {
      const around = { ...this.#options, worker: name, stop: this.#stop.signal };
      const { outcome, isWritten } = await runAccount(taken, around);
      const { kind, status, reason } = outcome;
      const took = duration(monotonicMs() - at);
      if (!isWritten) log.warn(`${account.name}: the lease was lost after ${took}; another run goes on from there`);
      else if (reason === undefined) log.info(`${account.name}: ${account.phase} ${kind} after ${took}`);
      else (status === "waiting" ? log.warn : log.error)(`${account.name}: ${status}, ${kind}: ${reason}`);
      if (isWritten && status !== "waiting" && reason !== undefined)
        alert({ account: account.name, phase: account.phase, status, kind, reason });
    } catch (error) {
      if (!(error instanceof InterimapError) || error.code === "BUG") throw error;
      // Its lease runs out, and then somebody takes it again.
      log.warn(`${account.name}: ${error.message}`);
    }
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

  async #leave(): Promise<void> {
    const { fleet, name } = this.#options;
    await fleet.database.rows("delete from interimap_fleet.workers where name = $1", [name]).catch(() => undefined);
  }
}
