// Whether the process that wrote down its number is still at work: a number is given again when its process is gone.

import { readFileSync } from "node:fs";

/** What tells a process from all others that ever had its number. */
export interface ProcessMark {
  readonly pid: number;
  /** Of which boot and when in it, proc_pid_stat(5); undefined where the system does not tell. */
  readonly birth: string | undefined;
}

/** Linux gives no larger ones. */
const maxPid = 4_194_304;

export function isPid(text: string): boolean {
  return /^\d{1,7}$/.test(text) && Number(text) > 0 && Number(text) <= maxPid;
}

export function markOf(pid: number): ProcessMark {
  return { pid, birth: birthOf(pid) };
}

/**
 * `writtenAt`, in ms since the epoch: when the number was written down. Where nothing else was, a process that is younger cannot
 * be the one.
 */
export function isAlive({ pid, birth }: ProcessMark, writtenAt?: number): boolean {
  if (!isThere(pid)) return false;
  const now = birthOf(pid);
  if (now === undefined) return true;
  if (birth !== undefined) return birth === now;
  const bornAt = wallClockOf(now);
  return bornAt === undefined || writtenAt === undefined || bornAt <= writtenAt + clockSlackMs;
}

/** The clock may have been set a little since the machine started. */
const clockSlackMs = 60_000;

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: another user's.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return !isZombie(pid);
}

/** It has ended, and its parent has not looked yet. */
function isZombie(pid: number): boolean {
  return /^[ZX]$/.test(statFields(pid)?.[0] ?? "");
}

function birthOf(pid: number): string | undefined {
  const ticks = statFields(pid)?.[19];
  const boot = readOr("/proc/sys/kernel/random/boot_id")?.trim();
  return ticks === undefined || boot === undefined ? undefined : `${ticks}@${boot}`;
}

/** From the third field on: the second, in parentheses, may hold anything. */
function statFields(pid: number): readonly string[] | undefined {
  const stat = readOr(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function wallClockOf(birth: string): number | undefined {
  const bootedAt = /^btime (\d+)$/m.exec(readOr("/proc/stat") ?? "")?.[1];
  return bootedAt === undefined ? undefined : Number(bootedAt) * 1000 + parseInt(birth, 10) * (1000 / ticksPerSecond);
}

/** What Linux shows to programs, on all machines. */
const ticksPerSecond = 100;

function readOr(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
