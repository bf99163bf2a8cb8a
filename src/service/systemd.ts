// What systemd learns about a running daemon, as sd_notify(3) describes it. systemd-notify.ts sends it.

import type { Log } from "../log/log.ts";
import { printable } from "../util/printable.ts";
import { SystemdNotify } from "./systemd-notify.ts";

export interface ServiceNotifier {
  /** Started, or reloaded. */
  ready(): void;
  /** Shown by `systemctl status`; one line. */
  status(text: string): void;
  /** We are alive. For the event loop of the daemon alone: a ping from elsewhere would prove nothing. */
  watchdog(): void;
  /** `ready()` must follow. */
  reloading(): void;
  stopping(): void;
  /** How often `watchdog()` is expected, in milliseconds; undefined when nobody waits for it. */
  readonly watchdogIntervalMs: number | undefined;
  /** Earlier messages are still sent, and keep the process running until they are; later ones are not. */
  close(): void;
}

const silent: ServiceNotifier = {
  ready() {},
  status() {},
  watchdog() {},
  reloading() {},
  stopping() {},
  watchdogIntervalMs: undefined,
  close() {},
};

/** systemd drops a message of more than 4096 octets as a whole. */
const longestStatus = 500;

/**
 * Takes systemd's variables out of `env`, so that no command we start speaks in our name. Does nothing where there is no
 * systemd to tell, and never throws: what cannot be sent is worth one warning.
 */
export function createServiceNotifier(env: NodeJS.ProcessEnv, log: Pick<Log, "warn">): ServiceNotifier {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: limit, WATCHDOG_PID: watched } = env;
  for (const name of ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]) delete env[name];
  if (socket === undefined || socket === "") return silent;

  const notify = new SystemdNotify({ socket, path: env["PATH"], log });
  let shown = "";
  return {
    ready() {
      notify.send({ READY: "1" });
    },
    status(text) {
      const line = oneLine(text);
      if (line === shown) return;
      shown = line;
      notify.send({ STATUS: line });
    },
    watchdog() {
      notify.send({ WATCHDOG: "1" });
    },
    reloading() {
      // The clock behind hrtime is CLOCK_MONOTONIC, which is what systemd compares with.
      notify.send({ RELOADING: "1", MONOTONIC_USEC: String(process.hrtime.bigint() / 1_000n) });
    },
    stopping() {
      notify.send({ STOPPING: "1" });
    },
    watchdogIntervalMs: watched === undefined || watched === String(process.pid) ? halfOf(limit) : undefined,
    close() {
      notify.close();
    },
  };
}

/** Half of the limit, as sd_watchdog_enabled(3) advises: one ping may come late. From microseconds to milliseconds. */
function halfOf(limit: string | undefined): number | undefined {
  const ms = /^\d+$/.test(limit ?? "") ? Math.floor(Number(limit) / 2_000) : 0;
  return ms > 0 ? ms : undefined;
}

/** A line feed would begin another variable. */
function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return [...printable(line)].slice(0, longestStatus).join("");
}
