// From arguments to an exit code.

import { sayKept } from "../commands/say-kept.ts";
import type { OnSignal } from "../commands/watch.ts";
import { type Config, loadConfig } from "../config/config.ts";
import { LineOutput } from "../log/line-output.ts";
import type { LogFields } from "../log/log.ts";
import type { RunLog } from "../log/logger.ts";
import { print } from "../log/print.ts";
import { Secrets } from "../log/secrets.ts";
import { type ErrorLine, InterimapError } from "../model/errors.ts";
import { type ExitCode, exitCode } from "../model/exit-code.ts";
import { errorFields } from "../report/fields.ts";
import { reportTo } from "../report/human.ts";
import { errorLines } from "../report/remedy-line.ts";
import { createServiceNotifier, type ServiceNotifier } from "../service/systemd.ts";
import type { Report } from "../sync/context/events.ts";
import { Totals } from "../sync/context/totals.ts";
import { execute } from "./execute.ts";
import type { CheckInvocation, LoginInvocation, StatusInvocation, WorkInvocation } from "./invocation.ts";
import { hideConfigured, openLog, plainLog } from "./open-log.ts";
import { openProgress } from "./open-progress.ts";
import { parseArguments } from "./options.ts";
import { isForText, textFor } from "./texts.ts";

export interface Surroundings {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by the first SIGINT or SIGTERM, whose name is the reason. */
  readonly signal: AbortSignal;
  /** The signals that mean something to a daemon. */
  readonly onSignal: OnSignal;
}

/** One process of this program. */
export class Program {
  readonly #surroundings: Surroundings;
  readonly #errorOutput = new LineOutput();
  readonly #secrets = new Secrets();
  #log: RunLog | undefined;
  #errorLine = errorLines();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    // A second signal ends the process between any two lines.
    surroundings.signal.addEventListener("abort", () => {
      this.#errorOutput.stopGathering();
    });
  }

  /** Never throws: every failure becomes one line and an exit code. */
  async run(): Promise<ExitCode> {
    const { argv, env, signal } = this.#surroundings;
    const errorOutput = this.#errorOutput;
    const secrets = this.#secrets;
    let service: ServiceNotifier | undefined;
    try {
      const invocation = parseArguments(argv);
      if (isForText(invocation)) {
        await print(await textFor(invocation, env));
        return exitCode.done;
      }
      if (invocation.command === "init") {
        const { startInit } = await import("./start-init.ts");
        return await startInit(invocation, { env, signal, secrets, errorOutput });
      }
      if (invocation.command === "all") {
        const { startAll } = await import("./accounts/start-all.ts");
        return await startAll(invocation, { env, signal, errorOutput });
      }
      // What was said last shows where it hangs, or what it was doing when it was killed.
      if (invocation.debug > 0) errorOutput.stopGathering();
      const errorLine = (this.#errorLine = errorLines(invocation.config));
      const readConfig = (): Config => {
        const config = loadConfig({ file: invocation.config, env });
        hideConfigured(config, this.#secrets);
        return config;
      };
      let config = readConfig();
      /** The previous one, to return to if the reloaded one is for other accounts. */
      let former: Config | undefined;
      let isKept = false;
      for (let isReload = false; ; isReload = true) {
        const log = (this.#log = await openLog({ ...invocation, config, secrets, env, errorOutput }));
        if (isReload && !isKept) log.info("Read the configuration again");
        isKept = false;
        for (const warning of config.warnings) log.warn(warning);
        // Once: it takes what systemd left for us out of the environment.
        service ??= createServiceNotifier(env, { warn: (text) => this.#log?.warn(text) });
        try {
          const means = { log, secrets, errorOutput, service, errorLine };
          const outcome = await perform(invocation, { ...this.#surroundings, ...means, config, isReload, readConfig });
          if (outcome !== "reload") return outcome;
          former = config;
          config = readConfig();
        } catch (error) {
          if (former === undefined || !isOfOthers(error)) throw error;
          sayKept(error, { log, errorLine });
          config = former;
          former = undefined;
          isKept = true;
        }
        log.close();
      }
    } catch (error) {
      const code = this.#explain(error instanceof InterimapError ? error : bug(error));
      return code === exitCode.terminated && signal.reason === "SIGINT" ? exitCode.interrupted : code;
    } finally {
      service?.close();
      this.#log?.close();
    }
  }

  /** Says of an error that nobody caught what it is. Returns the exit code with which the process has to end at once. */
  crash(thrown: unknown): ExitCode {
    return this.#explain(bug(thrown));
  }

  /** Whoever throws what we know nothing of may quote what it was working on. */
  #lineFor(error: InterimapError): string {
    const line = this.#errorLine(error);
    return error.code === "BUG" ? this.#secrets.blank(line) : line;
  }

  #explain(error: InterimapError): ExitCode {
    const { argv, env } = this.#surroundings;
    const debug = error.code === "BUG" && argv.includes("--debug") ? 1 : 0;
    const log = this.#log ?? plainLog({ env, errorOutput: this.#errorOutput, debug });
    const fields = (): LogFields => errorFields(error);
    const context = error.side === undefined ? { fields } : { side: error.side, fields };
    // Whichever connection noticed first: it concerns them all.
    if (error.code === "INTERRUPTED") log.info(this.#errorLine(error), { fields });
    else for (const one of error.parts) log.error(this.#lineFor(one), context);
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
      for (const line of (cause.stack ?? cause.message).split("\n")) log.debug(this.#secrets.blank(line), context);
    }
    return error.exitCode;
  }
}

function isOfOthers(error: unknown): error is InterimapError {
  return error instanceof InterimapError && error.code === "OTHER_ACCOUNTS";
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
}

async function perform(
  invocation: StatusInvocation | LoginInvocation | CheckInvocation | WorkInvocation,
  { config, isReload, readConfig, log, secrets, errorOutput, service, errorLine, env, signal, onSignal }: Equipment,
): Promise<ExitCode | "reload"> {
  if (invocation.command === "login") {
    // What is said belongs between the lines of the conversation.
    errorOutput.stopGathering();
    const { loginCommand } = await import("../commands/login.ts");
    const { inDialogue } = await import("./dialogue.ts");
    await inDialogue({ env, signal }, (dialogue) => loginCommand({ config, side: invocation.side, dialogue }));
    return exitCode.done;
  }
  if (invocation.command === "check") {
    const { checkCommand } = await import("../commands/check/check.ts");
    const { checkText } = await import("../commands/check/check-text.ts");
    const { printableJson } = await import("../util/printable.ts");
    const found = await checkCommand({ config, side: invocation.side, log, secrets, errorLine, signal });
    errorOutput.flush();
    await print(invocation.json ? `${printableJson(found)}\n` : checkText(found));
    return found.exitCode;
  }
  if (invocation.command === "status") {
    const { statusCommand } = await import("../commands/status.ts");
    const { statusText } = await import("../service/status-text.ts");
    const { statusJson } = await import("../service/status-json.ts");
    const status = await statusCommand(config, log);
    // Both may go to one terminal.
    errorOutput.flush();
    await print(invocation.json ? statusJson(status) : statusText(status));
    return exitCode.done;
  }
  const tell = reportTo(log, errorLine);
  const totals = new Totals(errorLine);
  const progress = await openProgress(invocation, { config, errorOutput, env });
  const report: Report = (event) => {
    // A daemon has totals of its own, for each look.
    if (invocation.command !== "watch") totals.note(event);
    tell(event);
    progress?.note(event);
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
    });
    return ending === "reload" ? "reload" : exitCode.done;
  } finally {
    progress?.end();
    signal.removeEventListener("abort", sayStopping);
  }
}

function bug(thrown: unknown): InterimapError {
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  return new InterimapError("BUG", `internal error: ${words}`, {
    hint: "please report it, together with the output of --debug",
    cause: thrown,
  });
}
