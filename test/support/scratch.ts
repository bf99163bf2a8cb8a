// Temporary directories that disappear with the process, however it ends. They carry their owner's process id
// and start time in their name, so that a later run finds and removes what a killed one left behind.

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const prefix = "interimap-test";
/** In memory where that can be: waiting for the disk shows nothing. */
export const scratchBase = statSync("/dev/shm", { throwIfNoEntry: false })?.isDirectory() ? "/dev/shm" : tmpdir();

const cleanups = new Set<() => void>();
let isPrepared = false;

/** Makes a directory for this process; readable by other users, because servers change theirs. */
export function scratchDirectory(purpose: string): string {
  prepare();
  const directory = mkdtempSync(join(scratchBase, `${prefix}-${process.pid}-${startTime(process.pid)}-${purpose}-`));
  whenProcessEnds(() => removeScratch(directory));
  return directory;
}

export function removeScratch(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
}

/** Runs `action`, which must be synchronous, when the process exits or is ended by a signal. Returns how to forget it. */
export function whenProcessEnds(action: () => void): () => void {
  prepare();
  cleanups.add(action);
  return () => cleanups.delete(action);
}

function prepare(): void {
  if (isPrepared) return;
  isPrepared = true;
  process.on("exit", () => {
    // Last made, first removed: a server goes before the directory it lives in.
    for (const action of [...cleanups].reverse()) action();
  });
  for (const [signal, status] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 })) {
    process.on(signal, () => process.exit(status));
  }
  removeStale();
}

function removeStale(): void {
  for (const name of readdirSync(scratchBase)) {
    const [, pid, start] = new RegExp(`^${prefix}-(\\d+)-(\\d+)-`).exec(name) ?? [];
    if (pid === undefined || startTime(Number(pid)) === start) continue;
    const directory = join(scratchBase, name);
    killUsersOf(directory);
    try {
      removeScratch(directory);
    } catch {
      // Another user's.
    }
  }
}

/** Kills the daemons whose command line names the directory. */
function killUsersOf(directory: string): void {
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid) || !readOr(`/proc/${pid}/cmdline`, "").includes(directory)) continue;
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // Gone already, or not ours.
    }
  }
}

/** In clock ticks since boot: tells a process from a later one with the same id. "0" for no process. */
function startTime(pid: number): string {
  const stat = readOr(`/proc/${pid}/stat`, "");
  // The command name, in parentheses, may hold spaces: count fields after it. Field 22 is the start time.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "0";
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return otherwise;
  }
}
