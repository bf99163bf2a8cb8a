// The log file of a run: a new one each time, for its owner only, in a directory that is made when it is missing.

import { closeSync, constants, ftruncateSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { distrusted, examine } from "../../files/examine.ts";
import { createPrivately, makePrivateDirectory, openExamined } from "../../files/open-safely.ts";
import { InterimapError } from "../../model/errors.ts";
import type { Options } from "../options/options.ts";
import { type LogFileName, logFileName } from "./file-names.ts";

export const defaultLogDirectory = "LOG_imapsync";

export type LogOptions = Pick<Options, "log" | "logfile" | "logdir" | "user1" | "user2" | "abort">;

export interface RunLogFile {
  /** Absolute. */
  readonly path: string;
  readonly descriptor: number;
  close(): void;
}

export interface OpenedLog {
  readonly logFile: RunLogFile | undefined;
  /** Why there is none, although nobody said that there be none. */
  readonly warning: string | undefined;
}

/**
 * Where nobody asked for a place and the usual one cannot be written, the run goes without.
 * @throws InterimapError FILE_CREATE when a directory or file that was asked for cannot be made or written, or others could change it
 */
export function openLogFile(options: LogOptions, startedAt: number): OpenedLog {
  if (!options.log) return { logFile: undefined, warning: undefined };
  const { logfile, logdir = defaultLogDirectory } = options;
  try {
    const logFile =
      logfile === undefined ? openNew(logdir, named(options, startedAt)) : openGiven(resolve(logdir, logfile));
    return { logFile, warning: undefined };
  } catch (error) {
    if (logfile !== undefined || options.logdir !== undefined || !(error instanceof InterimapError)) throw error;
    return { logFile: undefined, warning: `${error.message}; the run goes on without a log file` };
  }
}

function named({ user1 = "", user2 = "", abort }: LogOptions, startedAt: number): LogFileName {
  return { startedAt, user1, user2, abort };
}

/** Two runs for the same users may begin in the same millisecond. */
function openNew(directory: string, name: LogFileName): RunLogFile {
  for (let later = 0; ; later++) {
    const path = resolve(join(directory, logFileName({ ...name, startedAt: name.startedAt + later })));
    try {
      return safely(path, () => createPrivately(path, flags));
    } catch (error) {
      const { cause } = error as Error;
      if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST") || later === maxLater) throw error;
    }
  }
}

const maxLater = 100;

/** What a former run left in it goes, as users of `>` expect. */
function openGiven(path: string): RunLogFile {
  return safely(path, (file) => {
    if (file.stats === undefined && !file.isDescriptor) return createPrivately(file.path, flags);
    const descriptor = openExamined(file, flags);
    if (file.stats?.isFile() === true && !file.isDescriptor) ftruncateSync(descriptor);
    return descriptor;
  });
}

const flags = constants.O_WRONLY | constants.O_APPEND;

function safely(path: string, open: (file: ReturnType<typeof examine>) => number): RunLogFile {
  try {
    makePrivateDirectory(dirname(path), { recursive: true });
    const file = examine(path);
    if (file.distrust !== undefined) throw distrusted("FILE_CREATE", `the log file ${path}`, file.distrust);
    const descriptor = open(file);
    return { path, descriptor, close: () => closeSync(descriptor) };
  } catch (error) {
    if (error instanceof InterimapError) throw error;
    throw new InterimapError("FILE_CREATE", `the log file ${path} cannot be made (${reasonOf(error)})`, {
      hint: "name another place with --logdir or --logfile, or use --nolog",
      cause: error,
    });
  }
}

function reasonOf(error: unknown): string {
  return (error as Error).message.replace(/, (?:open|mkdir|lstat|stat)\b.*$/s, "");
}
