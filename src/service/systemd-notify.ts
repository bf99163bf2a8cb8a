// Sends messages to the socket of sd_notify(3). Node cannot send datagrams to Unix sockets, but systemd-notify(1) can:
// it exists wherever systemd does, and takes no memory between two messages.

import { execFile } from "node:child_process";
import type { Log } from "../log/log.ts";

type Variables = Readonly<Record<string, string>>;

export interface SystemdNotifyOptions {
  /** A path, or with `@` in front an abstract name. */
  readonly socket: string;
  /** Where to find the command. */
  readonly path: string | undefined;
  readonly log: Pick<Log, "warn">;
}

/** To start a process halts us for some milliseconds, so a status that changes quickly is not shown each time. */
const statusPauseMs = 1_000;
/** It waits 5 s for systemd by itself, unless the socket's buffer is full: then without end. */
const longestRunMs = 10_000;

export class SystemdNotify {
  readonly #options: SystemdNotifyOptions;
  /** Oldest first. Of the variables that systemd takes for a change of state, no message has two. */
  readonly #waiting: Variables[] = [];
  #isRunning = false;
  #startedAt = -Infinity;
  #pause: NodeJS.Timeout | undefined;
  #isClosed = false;
  #hasWarned = false;

  constructor(options: SystemdNotifyOptions) {
    this.#options = options;
  }

  send(variables: Variables): void {
    if (this.#isClosed) return;
    const last = this.#waiting.at(-1);
    if (last === undefined || (isStateChange(last) && isStateChange(variables))) this.#waiting.push(variables);
    else this.#waiting[this.#waiting.length - 1] = { ...last, ...variables };
    this.#pump();
  }

  close(): void {
    this.#isClosed = true;
    this.#pump();
  }

  /** One at a time: they would overtake each other. */
  #pump(): void {
    clearTimeout(this.#pause);
    const [next] = this.#waiting;
    if (next === undefined || this.#isRunning) return;
    const pauseMs = this.#startedAt + statusPauseMs - performance.now();
    if (pauseMs > 0 && !this.#isClosed && Object.keys(next).every((name) => name === "STATUS")) {
      this.#pause = setTimeout(() => {
        this.#pump();
      }, pauseMs).unref();
      return;
    }
    this.#waiting.shift();
    this.#startedAt = performance.now();
    this.#isRunning = true;
    this.#run(next, (failure) => {
      this.#isRunning = false;
      if (failure !== undefined) this.#warn(failure);
      this.#pump();
    });
  }

  /** The command ends only when systemd has read the message: of a process that is gone it would not know the service. */
  #run(variables: Variables, done: (failure?: string) => void): void {
    const { socket, path } = this.#options;
    const args = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const options = {
      env: { NOTIFY_SOCKET: socket, PATH: path },
      timeout: longestRunMs,
      killSignal: "SIGKILL",
    } as const;
    try {
      execFile("systemd-notify", args, options, (error, _stdout, stderr) => {
        if (error === null) done();
        else done(error.code === "ENOENT" ? "systemd-notify is not installed" : stderr.trim() || error.message);
      });
    } catch (error) {
      // Some of what can go wrong is thrown, such as ENOMEM.
      setImmediate(done, String(error));
    }
  }

  #warn(reason: string): void {
    if (!this.#hasWarned) this.#options.log.warn(`systemd cannot be notified: ${reason.split("\n", 1)[0]}`);
    this.#hasWarned = true;
  }
}

function isStateChange(variables: Variables): boolean {
  return "READY" in variables || "RELOADING" in variables || "STOPPING" in variables;
}
