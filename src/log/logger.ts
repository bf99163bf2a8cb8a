// The Log of a run: lines, to the log file or the error output.

import { journalPrefix } from "./journal.ts";
import type { LineOutput } from "./line-output.ts";
import type { Level, LineForm, Log, LogContext } from "./log.ts";
import { LogFile } from "./log-file.ts";

export interface LogOptions {
  readonly form: LineForm;
  /** Absolute; without it every line goes to the error output. */
  readonly logfile: string | undefined;
  /** Leaves out what is merely informative. */
  readonly quiet: boolean;
  /** How often --debug was given. */
  readonly debug: 0 | 1 | 2;
  /** Whether the error output is the journal, which wants to know what matters. */
  readonly toJournal?: boolean;
  /** That --debug given twice does not show credentials either. */
  readonly hidesSecrets?: boolean;
  readonly errorOutput: Pick<LineOutput, "write">;
}

export interface RunLog extends Log {
  /** For log rotation. Stays with the old file, and says so, when the new one cannot be opened. */
  reopen(): void;
  close(): void;
}

/** Throws CONFIG_INVALID when the log file cannot be opened. */
export function createLog(options: LogOptions): RunLog {
  const { form, quiet, debug, errorOutput, toJournal = false, hidesSecrets = false } = options;
  const file = options.logfile === undefined ? undefined : new LogFile(options.logfile);
  let fileFails = false;

  function say(level: Level, line: string): void {
    errorOutput.write(toJournal ? `${journalPrefix(level)}${line}` : line);
  }

  function write(level: Level, text: string, context: LogContext = {}): void {
    const line = `${form.line(level, text, context)}\n`;
    if (file !== undefined) writeToFile(file, form.hasTime ? line : `${new Date().toISOString()} ${line}`);
    // the person who runs the command must see trouble, wherever the rest goes
    if (file === undefined || level === "warn" || level === "error") say(level, line);
  }

  function writeToFile(file: LogFile, line: string): void {
    try {
      file.write(line);
      fileFails = false;
    } catch (error) {
      // a full disk must not end the run, nor be told with every line
      if (!fileFails) {
        const text = `cannot write to the log file ${file.path}: ${(error as Error).message}`;
        say("error", `${form.line("error", text, {})}\n`);
      }
      fileFails = true;
    }
  }

  return {
    traffic: debug >= 1,
    showsSecrets: debug >= 2 && !hidesSecrets,
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
