// From arguments to an exit code.

import { homedir } from "node:os";
import { resolve } from "node:path";
import { deleteCommand } from "../commands/delete.ts";
import type { CommandContext } from "../commands/on-servers.ts";
import { renameCommand } from "../commands/rename.ts";
import { repairCommand } from "../commands/repair.ts";
import { syncCommand } from "../commands/sync.ts";
import { loadConfig } from "../config/config.ts";
import { parseLogPrefix } from "../log/log-prefix.ts";
import { createLog, type RunLog } from "../log/logger.ts";
import { InterimapError } from "../model/errors.ts";
import { exitCode, type ExitCode } from "../model/exit-code.ts";
import { parseArguments, type WorkInvocation } from "./options.ts";
import { Reporter } from "./reporter.ts";

export interface Surroundings {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

/** Never throws: every failure becomes one line and an exit code. */
export async function run({ argv, env, signal }: Surroundings): Promise<ExitCode> {
  let log: RunLog | undefined;
  try {
    const invocation = parseArguments(argv);
    if (invocation.command === "help" || invocation.command === "version") {
      process.stdout.write(invocation.text);
      return exitCode.done;
    }
    const config = loadConfig({ file: invocation.config, env, home: env["HOME"] ?? homedir() });
    log = openLog(invocation, { logPrefix: config.logPrefix, logfile: config.logfile });
    for (const warning of config.warnings) log.warn(warning);
    const reporter = new Reporter(log);
    await execute(invocation, {
      config,
      log,
      report: (event) => {
        reporter.report(event);
      },
      signal,
    });
    return reporter.leftOut > 0 ? exitCode.partial : exitCode.done;
  } catch (error) {
    return explain(
      error,
      log ?? openLog({ quiet: false, debug: 0 }, { logPrefix: parseLogPrefix(""), logfile: undefined }),
    );
  } finally {
    log?.close();
  }
}

function execute(invocation: WorkInvocation, context: CommandContext): Promise<void> {
  switch (invocation.command) {
    case "sync":
      return syncCommand({ ...context, mailboxes: invocation.mailboxes });
    case "repair":
      return repairCommand({ ...context, mailboxes: invocation.mailboxes });
    case "delete":
      return deleteCommand({ ...context, mailboxes: invocation.mailboxes, targets: invocation.targets });
    case "rename": {
      const { source, destination, targets } = invocation;
      return renameCommand({ ...context, source, destination, targets });
    }
  }
}

interface Destination {
  readonly logPrefix: ReturnType<typeof parseLogPrefix>;
  readonly logfile: string | undefined;
}

function openLog(
  { quiet, debug }: Pick<WorkInvocation, "quiet" | "debug">,
  { logPrefix, logfile }: Destination,
): RunLog {
  return createLog({ logPrefix, logfile: logfile === undefined ? undefined : resolve(logfile), quiet, debug });
}

function explain(thrown: unknown, log: RunLog): ExitCode {
  const error = thrown instanceof InterimapError ? thrown : bug(thrown);
  const context = error.side === undefined ? {} : { side: error.side };
  // Whichever connection noticed first: it concerns them all.
  if (error.code === "INTERRUPTED") log.info(error.line);
  else log.error(error.line, context);
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    for (const line of (cause.stack ?? cause.message).split("\n")) log.debug(line, context);
  }
  return error.exitCode;
}

function bug(thrown: unknown): InterimapError {
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  return new InterimapError("BUG", `internal error: ${words}`, {
    hint: "please report it together with the output of --debug",
    cause: thrown,
  });
}
