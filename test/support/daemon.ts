// Starts a server program in the foreground as our child, waits for its greeting, and ends it with all its children.

import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { closeSync, openSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { patienceMs } from "./eventually.ts";
import { removeScratch, whenProcessEnds } from "./scratch.ts";

export interface DaemonCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Taken before the program starts; undefined: ours. */
  readonly runAs?: { readonly uid: number; readonly gid: number } | undefined;
  /** Holds daemon.log. */
  readonly directory: string;
  /** The daemon is up when this port greets. */
  readonly port: number;
}

export interface Daemon {
  /** Lets it end in order, so that it can be started again on the same data. */
  stop(): Promise<void>;
  /** At once: for data that will be thrown away. */
  kill(): Promise<void>;
}

/** A daemon that can be restarted on its data. */
export interface KeptDaemon {
  /** `meanwhile` runs while it is down. */
  restart(meanwhile?: () => void): Promise<void>;
  /** Ends it at once and removes its directory. */
  stop(): Promise<void>;
}

const stopLimitMs = 60_000;

/** Starts a daemon whose directory goes when it does, or when it cannot start. */
export async function keepDaemon(command: DaemonCommand): Promise<KeptDaemon> {
  const start = (): Promise<Daemon> =>
    startDaemon(command).catch((error: unknown) => {
      removeScratch(command.directory);
      throw error;
    });
  let daemon = await start();
  return {
    restart: async (meanwhile) => {
      await daemon.stop();
      meanwhile?.();
      daemon = await start();
    },
    stop: async () => {
      await daemon.kill();
      removeScratch(command.directory);
    },
  };
}

/** Resolves at the server's greeting. Throws with the end of its log when it exits instead. */
export async function startDaemon(command: DaemonCommand): Promise<Daemon> {
  const logFile = join(command.directory, "daemon.log");
  const log = openSync(logFile, "a");
  const { runAs } = command;
  const identity = runAs === undefined ? [] : [`--reuid=${runAs.uid}`, `--regid=${runAs.gid}`, "--clear-groups"];
  // The kernel ends the server with us even when we are killed; its own process group lets us end its children.
  const child = spawn("setpriv", ["--pdeathsig", "TERM", ...identity, "--", command.program, ...command.args], {
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, ...command.env },
  });
  closeSync(log);
  child.unref();
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()).once("error", () => resolve()));
  const forget = whenProcessEnds(() => killGroup(child));

  const end = async (signal: "SIGTERM" | "SIGKILL"): Promise<void> => {
    if (isRunning(child)) {
      child.ref();
      if (signal === "SIGTERM") child.kill(signal);
      else killGroup(child);
      const timer = setTimeout(() => killGroup(child), stopLimitMs);
      await exited;
      clearTimeout(timer);
    }
    killGroup(child);
    forget();
  };

  try {
    await greeting(command.port, () => isRunning(child));
  } catch (error) {
    await end("SIGKILL");
    const words = readFileSync(logFile, "utf8").trim().split("\n").slice(-10).join("\n");
    throw new Error(`${command.program} did not start: ${words || String(error)}`, { cause: error });
  }
  return { stop: () => end("SIGTERM"), kill: () => end("SIGKILL") };
}

/**
 * Ports of 127.0.0.1 that are free now. Not of the range from which the system takes ports for connections: such a one
 * may be in use again before the server is up.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(10_000, 32_768);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const holder = createServer();
    holder.once("error", () => resolve(false));
    holder.listen(port, "127.0.0.1", () => holder.close(() => resolve(true)));
  });
}

async function greeting(port: number, mayStillCome: () => boolean): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await greets(port, deadline))) {
    if (!mayStillCome()) throw new Error("it exited");
    if (Date.now() > deadline) throw new Error(`no greeting on port ${port}`);
    await sleep(5);
  }
}

function greets(port: number, deadline: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.setTimeout(Math.max(1, deadline - Date.now()), () => socket.destroy());
    socket.on("error", () => {});
    socket.on("data", (data) => {
      resolve(data.toString("latin1").startsWith("* OK"));
      socket.destroy();
    });
    socket.on("close", () => resolve(false));
  });
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // No member of the group is left.
  }
}
