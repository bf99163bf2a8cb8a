// The Log of a run: lines of text, to the log file or the error output.

import type { Writable } from "node:stream";
import { printable } from "../util/printable.ts";
import type { Log, LogContext } from "./log.ts";
import { LogFile } from "./log-file.ts";
import { formatLogPrefix, type LogPrefix } from "./log-prefix.ts";

export interface LogOptions {
  readonly logPrefix: LogPrefix;
  /** Absolute; without it every line goes to the error output. */
  readonly logfile: string | undefined;
  /** Leaves out what is merely informative. */
  readonly quiet: boolean;
  /** How often --debug was given. */
  readonly debug: 0 | 1 | 2;
  /** The error output; process.stderr unless told. */
  readonly stderr?: Writable;
}

export interface RunLog extends Log {
  /** For log rotation. Stays with the old file, and says so, when the new one cannot be opened. */
  reopen(): void;
  close(): void;
}

type Level = "debug" | "info" | "warn" | "error";

/** Throws CONFIG_INVALID when the log file cannot be opened. */
export function createLog(options: LogOptions): RunLog {
  const { logPrefix, quiet, debug } = options;
  const file = options.logfile === undefined ? undefined : new LogFile(options.logfile);
  let fileFails = false;

  function say(line: string): void {
    // Only now: it takes a moment to make, and most runs have nothing to say.
    (options.stderr ?? process.stderr).write(line);
  }

  function write(level: Level, text: string, { side, mailbox }: LogContext = {}): void {
    const prefix = formatLogPrefix(logPrefix, { component: side ?? "", mailbox: printable(mailbox ?? "") });
    const line = `${prefix}${printable(text)}\n`;
    if (file !== undefined) writeToFile(file, `${new Date().toISOString()} ${line}`);
    // trouble is said to whoever runs the command, wherever the rest goes
    if (file === undefined || level === "warn" || level === "error") say(line);
  }

  function writeToFile(file: LogFile, line: string): void {
    try {
      file.write(line);
      fileFails = false;
    } catch (error) {
      // a full disk must not end the run, nor be told with every line
      if (!fileFails) say(`cannot write to the log file ${file.path}: ${(error as Error).message}\n`);
      fileFails = true;
    }
  }

  return {
    traffic: debug >= 1,
    showsSecrets: debug >= 2,
    debug: (text, context) => {
      if (debug > 0) write("debug", text, context);
    },
    info: (text, context) => {
      if (!quiet) write("info", text, context);
    },
    warn: (text, context) => write("warn", text, context),
    error: (text, context) => write("error", text, context),
    reopen() {
      try {
        file?.reopen();
      } catch (error) {
        write("warn", (error as Error).message);
      }
    },
    close: () => file?.close(),
  };
}
