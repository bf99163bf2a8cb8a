// What comes before a run: other runs, which it may end, follow, or give way to; and what comes after it.

import { statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { makePrivateDirectory } from "../../files/open-safely.ts";
import { InterimapError } from "../../model/errors.ts";
import type { Options } from "../options/options.ts";
import type { ExitName } from "../report/exit-code.ts";
import { watchAbortFile } from "./abort-file.ts";
import type { Output } from "./output.ts";
import { abortFileOf, type OtherRun, type PidFile, takePidFile } from "./pid-file.ts";
import type { RunSignals } from "./signals.ts";

export type EnterOptions = Pick<Options, "tmpdir" | "pidfile" | "pidfilelocking" | "tail" | "abort" | "abortbyfile">;

export interface EnterContext {
  readonly output: Output;
  readonly signals: RunSignals;
  /** A line that counts as a warning. */
  readonly warn: (text: string) => void;
}

/** Either the run is over already, or it goes on until it leaves. */
export interface Entered {
  /** Defined: there is nothing to copy. */
  readonly ends?: ExitName;
  /** To be called when everything else has been said. */
  leave(): Promise<void>;
}

/** What goes wrong is said. */
export async function enterRun(options: EnterOptions, context: EnterContext): Promise<Entered> {
  const { output } = context;
  const path = pidFileOf(options);
  const ended = (ends: ExitName): Entered => ({ ends, leave: () => Promise.resolve(sayLog(output)) });
  if (options.abort || options.abortbyfile) return ended(await abort(path, options, output));
  const problem = prepareDirectory(temporaryDirectory(options));
  if (problem !== undefined) {
    output.error(problem);
    return ended("EX_CANTCREAT");
  }
  if (path === undefined) return { leave: () => Promise.resolve(sayLog(output)) };
  const isLock = options.pidfilelocking === true;
  const taken = await takePidFile({ path, logPath: output.logPath, isLock });
  if ("other" in taken) return ended(await giveWay(taken.other, options, context));
  if ("problem" in taken) {
    if (!isLock && options.pidfile === undefined) {
      context.warn(`${lineOf(taken.problem)}; the run goes on without one`);
      return { leave: () => Promise.resolve(sayLog(output)) };
    }
    output.error(lineOf(taken.problem));
    return ended("EXIT_PID_FILE_ERROR");
  }
  return atWork(taken.file, context);
}

/** Undefined for `--pidfile ""`, and for a device such as /dev/null, which keeps nothing. */
function pidFileOf({ pidfile, ...options }: EnterOptions): string | undefined {
  if (pidfile === "") return undefined;
  const path = resolve(pidfile ?? join(temporaryDirectory(options), "imapsync.pid"));
  return isDevice(path) ? undefined : path;
}

function isDevice(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isCharacterDevice() === true;
  } catch {
    // Why it cannot be looked at is said when it is to be written.
    return false;
  }
}

export function temporaryDirectory({ tmpdir: given }: Pick<Options, "tmpdir">): string {
  return resolve(given === undefined || given === "" ? tmpdir() : given);
}

/** Returns why it cannot be made. */
function prepareDirectory(path: string): string | undefined {
  try {
    makePrivateDirectory(path, { recursive: true });
    return undefined;
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    return `the directory ${path} cannot be made (${code}); name another one with --tmpdir`;
  }
}

async function abort(path: string | undefined, options: EnterOptions, output: Output): Promise<ExitName> {
  const say = (line: string): void => {
    output.line(line);
  };
  if (path === undefined) {
    say("Nothing to abort: no pid file is named");
    return "EX_OK";
  }
  const { abortByFile, abortOtherRun } = await import("./abort.ts");
  try {
    if (options.abort) await abortOtherRun(path, say);
    else abortByFile(path, say);
    return "EX_OK";
  } catch (error) {
    if (!(error instanceof InterimapError)) throw error;
    output.error(lineOf(error));
    return "EXIT_PID_FILE_ERROR";
  }
}

async function giveWay(other: OtherRun, { tail }: EnterOptions, { output, signals }: EnterContext): Promise<ExitName> {
  if (tail === true) {
    const { followLog } = await import("./tail.ts");
    if (await followLog(other, output, signals.stop)) return "EX_OK";
  }
  output.error(`Another run is at work, PID ${other.mark.pid}: ending`);
  return "EXIT_PID_FILE_ERROR";
}

function atWork(file: PidFile, { output, signals }: EnterContext): Entered {
  output.line(`PID file is ${file.path} ( to change it, use --pidfile filepath ; to avoid it use --pidfile "" )`);
  const forget = watchAbortFile(abortFileOf(file.path, process.pid), () => {
    output.line("Found the abort file: ending after the message in hand");
    signals.stopFor("abort file");
  });
  return {
    leave: async () => {
      forget();
      output.line(`Removing pidfile ${file.path}`);
      await file.release();
      sayLog(output);
    },
  };
}

function sayLog(output: Output): void {
  if (output.logPath === undefined) return;
  output.line(
    `Log file is ${output.logPath} ( to change it, use --logfile filepath ; or use --nolog to turn off logging )`,
  );
}

function lineOf({ message, hint }: InterimapError): string {
  return typeof hint === "string" ? `${message}; ${hint}` : message;
}
