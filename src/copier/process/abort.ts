// Ends another run: by a signal, so that it finishes what it has in hand, and if that takes too long by one that nobody can refuse.

import { closeSync, constants } from "node:fs";
import { createPrivately } from "../../files/open-safely.ts";
import { InterimapError } from "../../model/errors.ts";
import { monotonicMs } from "../../util/monotonic.ts";
import { abortFileOf, findOtherRun, type OtherRun } from "./pid-file.ts";
import { isAlive } from "./running-process.ts";

const quitLimitMs = 3_000;
const killLimitMs = 1_000;
const lookMs = 20;

type Say = (line: string) => void;

/** By signals; returns when it has ended, or will not. Throws as {@link findOtherRun}. */
export async function abortOtherRun(pidFile: string, say: Say): Promise<void> {
  const run = find(pidFile, say);
  if (run === undefined) return;
  for (const [signal, limitMs] of [
    ["SIGQUIT", quitLimitMs],
    ["SIGKILL", killLimitMs],
  ] as const) {
    const name = signal.slice(3);
    say(`Sending signal ${name} to PID ${run.mark.pid}`);
    if (!send(run, signal, say)) return;
    if (await hasEnded(run, limitMs)) {
      say(`Process PID ${run.mark.pid} ended by signal ${name}`);
      return;
    }
  }
  say(`Process PID ${run.mark.pid} is still there`);
}

/**
 * By a file, for which it looks from time to time. Throws as {@link findOtherRun}.
 * @throws InterimapError FILE_CREATE
 */
export function abortByFile(pidFile: string, say: Say): void {
  const run = find(pidFile, say);
  if (run === undefined) return;
  const path = abortFileOf(pidFile, run.mark.pid);
  try {
    closeSync(createPrivately(path, constants.O_WRONLY));
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") {
      throw new InterimapError("FILE_CREATE", `the file ${path} cannot be made (${code})`, { cause: error });
    }
  }
  say(`Process PID ${run.mark.pid} is asked to end by the file ${path}`);
}

function find(pidFile: string, say: Say): OtherRun | undefined {
  const run = findOtherRun(pidFile);
  if (run === undefined) say(`Nothing to abort: by the pid file ${pidFile} no run is alive`);
  return run;
}

function send({ mark }: OtherRun, signal: NodeJS.Signals, say: Say): boolean {
  try {
    // Once more: meanwhile its number may be another's.
    if (isAlive(mark)) process.kill(mark.pid, signal);
    return true;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ESRCH") return true;
    say(`Process PID ${mark.pid} cannot be sent signals (${code})`);
    return false;
  }
}

async function hasEnded({ mark }: OtherRun, limitMs: number): Promise<boolean> {
  for (const until = monotonicMs() + limitMs; isAlive(mark);) {
    if (monotonicMs() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  return true;
}
