// Processes as others on the machine see them.

import { readdirSync, readFileSync } from "node:fs";

/** proc_pid_stat(5); nothing of those that have ended. */
function parents(): ReadonlyMap<number, number> {
  const entries = readdirSync("/proc").flatMap((name): [number, number][] => {
    try {
      const stat = readFileSync(`/proc/${String(Number(name))}/stat`, "latin1");
      return [[Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])]];
    } catch {
      return [];
    }
  });
  return new Map(entries);
}

/** A process and all that it started, as far as they run. */
export function familyOf(pid: number): readonly number[] {
  const all = parents();
  const isOfIt = (one: number | undefined): boolean =>
    one === pid || (one !== undefined && one > 1 && isOfIt(all.get(one)));
  return [...all.keys()].filter(isOfIt);
}

/** What /proc shows of a process: its command line and its environment. Empty when it has ended. */
export function shownOf(pid: number): Buffer {
  try {
    return Buffer.concat(["cmdline", "environ"].map((name) => readFileSync(`/proc/${String(pid)}/${name}`)));
  } catch {
    return Buffer.alloc(0);
  }
}

/** What has ended and was not waited for yet runs no more. */
export function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${String(pid)}/stat`, "latin1"));
  } catch {
    return false;
  }
}
