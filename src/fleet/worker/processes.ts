// Processes of runs, as another worker of this machine finds them again.

import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import type { Leftover } from "../queue/take.ts";

/** Of this machine since it was started; of no other where the kernel does not say. */
export function bootName(): string {
  // Containers of one machine have the same boot, and do not see each other's processes.
  const boot = read("/proc/sys/kernel/random/boot_id");
  const namespace = unlessMissing(() => readlinkSync("/proc/self/ns/pid"));
  return boot === undefined || namespace === undefined ? randomUUID() : `${boot.trim()} ${namespace}`;
}

/** When it was started, in ticks since the boot; undefined: it runs no more. */
export function startOf(pid: number): string | undefined {
  // A process that has ended, but was not waited for, is no longer there.
  const [, state, ticks] = /^\d+ \(.*\) (\S)(?: \S+){18} (\d+)/s.exec(read(`/proc/${String(pid)}/stat`) ?? "") ?? [];
  return state === "Z" || state === "X" ? undefined : ticks;
}

/** A worker that was killed may have left a process that is about to end. This one does not wait for it. */
export function endLeftover({ boot, pid, pidStarted }: Leftover, ownBoot: string): boolean {
  if (boot !== ownBoot || pid === undefined || pidStarted === undefined || startOf(pid) !== pidStarted) return false;
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

function read(path: string): string | undefined {
  return unlessMissing(() => readFileSync(path, "latin1"));
}

function unlessMissing<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
