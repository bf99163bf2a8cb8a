// The Log of a run: pino's lines as text, to the log file or the error output.

import type { Writable } from "node:stream";
import { pino } from "pino";
import type { Side } from "../model/side.ts";
import { printable } from "../model/printable.ts";
import type { Log } from "./log.ts";
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

/** What pino writes for a line. */
interface Entry {
  readonly level: number;
  readonly side?: Side;
  readonly mailbox?: string;
  readonly msg: string;
}

/** Of pino. */
const warnLevel = 40;

/** Throws CONFIG_INVALID when the log file cannot be opened. */
export function createLog(options: LogOptions): RunLog {
  const { logPrefix, quiet, debug, stderr = process.stderr } = options;
  const file = options.logfile === undefined ? undefined : new LogFile(options.logfile);
  let fileFails = false;

  function writeEntry({ level, side, mailbox, msg }: Entry): void {
    const prefix = formatLogPrefix(logPrefix, { component: side ?? "", mailbox: printable(mailbox ?? "") });
    const line = `${prefix}${printable(msg)}\n`;
    if (file !== undefined) writeToFile(file, `${new Date().toISOString()} ${line}`);
    // trouble is said to whoever runs the command, wherever the rest goes
    if (file === undefined || level >= warnLevel) stderr.write(line);
  }

  function writeToFile(file: LogFile, line: string): void {
    try {
      file.write(line);
      fileFails = false;
    } catch (error) {
      // a full disk must not end the run, nor be told with every line
      if (!fileFails) stderr.write(`cannot write to the log file ${file.path}: ${(error as Error).message}\n`);
      fileFails = true;
    }
  }

  const destination = { write: (line: string) => writeEntry(JSON.parse(line) as Entry) };
  const logger = pino({ level: debug > 0 ? "debug" : "info", base: null, timestamp: false }, destination);

  return {
    traffic: debug >= 1,
    showsSecrets: debug >= 2,
    debug: (text, context = {}) => logger.debug(context, text),
    info: (text, context = {}) => {
      if (!quiet) logger.info(context, text);
    },
    warn: (text, context = {}) => logger.warn(context, text),
    error: (text, context = {}) => logger.error(context, text),
    reopen() {
      try {
        file?.reopen();
      } catch (error) {
        logger.warn((error as Error).message);
      }
    },
    close: () => file?.close(),
  };
}
