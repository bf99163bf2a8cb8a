// One process at a time: a file beside the one that is to be changed, which names who is at it.

import { closeSync, constants, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { createPrivately } from "./open-safely.ts";

/** Whoever holds the lock is done, or was killed without a trace: it works with a network, within limits. */
const abandonedMs = 120_000;
const pauseMs = 50;

/** By this process. A lock with its number that is none of them was made by a former one, as in a container. */
const held = new Set<string>();

/**
 * Does `work` while no other process does; waits for as long as that takes. The lock of a process that is no more, or that
 * is older than two minutes, counts as left behind.
 * @throws the system's error where no file can be made there
 */
export async function whileLocked<T>(path: string, work: () => Promise<T>): Promise<T> {
  while (!tryToLock(path)) {
    if (isLeftBehind(path)) rmSync(path, { force: true });
    else await pause(pauseMs);
  }
  held.add(path);
  try {
    return await work();
  } finally {
    held.delete(path);
    rmSync(path, { force: true });
  }
}

function tryToLock(path: string): boolean {
  let fd: number;
  try {
    fd = createPrivately(path, constants.O_WRONLY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  try {
    writeFileSync(fd, `${process.pid}\n`);
    return true;
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

function isLeftBehind(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  if (Math.abs(Date.now() - stats.mtimeMs) > abandonedMs) return true;
  let pid: number;
  try {
    pid = Number(readFileSync(path, "utf8"));
  } catch {
    return false;
  }
  // Not written yet.
  if (!(pid > 0)) return false;
  if (pid === process.pid) return !held.has(path);
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
