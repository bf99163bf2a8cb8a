// The log file of a run: a new one each time, for its owner only, in a directory that is made when it is missing.

import { join, resolve } from "node:path";
import { createPrivately } from "../../files/open-safely.ts";
import { InterimapError } from "../../model/errors.ts";
import type { Options } from "../options/options.ts";
import { type LogFileName, logFileName } from "./file-names.ts";
import { type FilePurpose, openGiven, openSafely, type OutputFile, outputFlags } from "./output-file.ts";

export const defaultLogDirectory = "LOG_imapsync";

export type LogOptions = Pick<Options, "log" | "logfile" | "logdir" | "user1" | "user2" | "abort">;

export interface OpenedLog {
  readonly logFile: OutputFile | undefined;
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
      logfile === undefined ? openNew(logdir, named(options, startedAt)) : openGiven(resolve(logdir, logfile), purpose);
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
function openNew(directory: string, name: LogFileName): OutputFile {
  for (let later = 0; ; later++) {
    const path = resolve(join(directory, logFileName({ ...name, startedAt: name.startedAt + later })));
    try {
      return openSafely(path, purpose, () => createPrivately(path, outputFlags));
    } catch (error) {
      const { cause } = error as Error;
      if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST") || later === maxLater) throw error;
    }
  }
}

const maxLater = 100;

const purpose: FilePurpose = {
  what: "the log file",
  hint: "name another place with --logdir or --logfile, or use --nolog",
};
