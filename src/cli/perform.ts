// One command, with what it is done by and what it says about its work.

import type { OnSignal } from "../commands/watch.ts";
import type { Config } from "../config/config.ts";
import type { LineOutput } from "../log/line-output.ts";
import type { RunLog } from "../log/logger.ts";
import type { Secrets } from "../log/secrets.ts";
import type { ErrorLine } from "../model/errors.ts";
import { type ExitCode, exitCode } from "../model/exit-code.ts";
import { reportTo } from "../report/human.ts";
import type { EventStream } from "../report/json/event-stream.ts";
import type { ServiceNotifier } from "../service/systemd.ts";
import type { Report } from "../sync/context/events.ts";
import { Totals } from "../sync/context/totals.ts";
import { answer, isQuestion, type Question } from "./answer.ts";
import { execute } from "./execute.ts";
import type { WorkInvocation } from "./invocation.ts";
import { openProgress } from "./open-progress.ts";

export interface Surroundings {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by the first SIGINT or SIGTERM, whose name is the reason. */
  readonly signal: AbortSignal;
  /** The signals that mean something to a daemon. */
  readonly onSignal: OnSignal;
}

interface Equipment extends Surroundings {
  readonly config: Config;
  readonly isReload: boolean;
  readonly readConfig: () => Config;
  readonly log: RunLog;
  readonly secrets: Secrets;
  readonly errorOutput: LineOutput;
  readonly service: ServiceNotifier;
  readonly errorLine: ErrorLine;
  readonly events: EventStream | undefined;
}

/**
 * Returns the exit code, or that the configuration is to be read again.
 * @throws InterimapError of any kind
 */
export async function perform(
  invocation: Question | WorkInvocation,
  equipment: Equipment,
): Promise<ExitCode | "reload"> {
  if (isQuestion(invocation)) return answer(invocation, equipment);
  const { config, isReload, readConfig, secrets, errorOutput, service, errorLine, env, signal, onSignal } = equipment;
  const { events, log: quietly } = equipment;
  // Events are reported as such, and not as lines of the log.
  const log = events?.alsoHearing(quietly) ?? quietly;
  const tell = reportTo(quietly, errorLine);
  const totals = new Totals(errorLine);
  const progress = await openProgress(invocation, { config, errorOutput, env });
  const report: Report = (event) => {
    // A daemon has totals of its own, for each look.
    if (invocation.command !== "watch") totals.note(event);
    tell(event);
    progress?.note(event);
    events?.note(event);
  };
  // Only at the start: it was not said about a reloaded configuration.
  const areSameAccounts = invocation.areSameAccounts && !isReload;
  const { isDryRun } = invocation;
  const context = { config, log, secrets, report, totals, signal, areSameAccounts, isDryRun };
  const sayStopping = (): void => {
    log.info("Stopping after the work in hand; a second signal stops at once");
  };
  signal.addEventListener("abort", sayStopping);
  try {
    if (invocation.command !== "watch") {
      await execute(invocation, context);
      const done = progress?.end();
      if (done !== undefined) log.info(done);
      return totals.exitCode;
    }
    const prepareReload = (): Config => {
      log.reopen();
      return readConfig();
    };
    const { watchCommand } = await import("../commands/watch.ts");
    const allowsMassDelete = invocation.allowsMassDelete && !isReload;
    const ending = await watchCommand({
      ...invocation,
      ...context,
      allowsMassDelete,
      service,
      errorLine,
      onSignal,
      prepareReload,
      onFullCheck: (look) => {
        events?.noteFullCheck(look);
      },
    });
    return ending === "reload" ? "reload" : exitCode.done;
  } finally {
    progress?.end();
    signal.removeEventListener("abort", sayStopping);
  }
}
