// Tells an administrator's command of what needs somebody, and not more often than somebody can read it.

import type { Log } from "../../log/log.ts";
import { printable } from "../../util/printable.ts";
import { type AlertRun, runAlert } from "./run-alert.ts";

export type Alert =
  | {
      readonly alert: "account-stopped" | "account-quarantined" | "account-dead";
      readonly account: string;
      readonly groups: string;
      readonly phase: string;
      readonly kind: string;
      readonly reason: string;
    }
  | {
      readonly alert: "pair-late";
      readonly account: string;
      readonly groups: string;
      /** Since it was in step, or since it was added. */
      readonly lagSeconds: number;
      readonly everySeconds: number;
      /** Of its last run, if that failed. */
      readonly reason?: string;
    }
  | {
      readonly alert: "group-paused";
      readonly group: string;
      /** ISO 8601. */
      readonly until: string;
      readonly reason: string;
    }
  | {
      readonly alert: "worker-gone";
      readonly gone: string;
      /** ISO 8601. */
      readonly seen: string;
      /** That it was working on. */
      readonly accounts: number;
    };

/** What the command gets, as one line of JSON at its standard input. */
export type AlertMessage = (Alert | More) & { readonly time: string; readonly worker: string };

/** Alerts that were left out, by their names. */
interface More {
  readonly alert: "more";
  readonly counts: Readonly<Record<string, number>>;
}

export interface AlertsOptions {
  readonly worker: string;
  /** Undefined: there is only the log. */
  readonly command: string | undefined;
  readonly log: Pick<Log, "warn">;
  readonly run?: (command: string, line: string) => AlertRun;
  /** Until there is room for one more. */
  readonly refillMs?: number;
}

/** The most that are sent at once. */
const mostAtOnce = 10;
const usualRefillMs = 60_000;

export class Alerts {
  readonly #options: AlertsOptions;
  readonly #left = new Map<string, number>();
  readonly #running = new Set<AlertRun>();
  #room = mostAtOnce;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AlertsOptions) {
    this.#options = options;
  }

  readonly send = (alert: Alert): void => {
    if (this.#room === 0) this.#left.set(alert.alert, (this.#left.get(alert.alert) ?? 0) + 1);
    else this.#run(alert);
  };

  /** Tells what was left out, and waits for commands that run; each has its own limit of time. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#tellLeft();
    clearTimeout(this.#timer);
    await Promise.all([...this.#running].map(({ ended }) => ended));
  }

  #tellLeft(): void {
    if (this.#left.size === 0) return;
    const counts = Object.fromEntries(this.#left);
    this.#left.clear();
    this.#run({ alert: "more", counts });
  }

  #run(alert: Alert | More): void {
    const { command, worker, log, run = runAlert } = this.#options;
    if (command === undefined) return;
    this.#room = Math.max(0, this.#room - 1);
    this.#refillLater();
    const message: AlertMessage = { time: new Date().toISOString(), worker, ...alert };
    const one = run(command, `${JSON.stringify(message)}\n`);
    this.#running.add(one);
    void one.ended.then((fault) => {
      this.#running.delete(one);
      if (fault !== undefined) log.warn(`The alert command failed: ${printable(fault)}`);
    });
  }

  #refillLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#room++;
      this.#tellLeft();
      if (this.#room < mostAtOnce) this.#refillLater();
    }, this.#options.refillMs ?? usualRefillMs).unref();
  }
}
