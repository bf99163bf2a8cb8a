// From arguments to an exit code.

import { sayKept } from "../commands/say-kept.ts";
import type { OnSignal } from "../commands/watch.ts";
import { type Config, loadConfig } from "../config/config.ts";
import { errorContext, errorFields } from "../log/error-context.ts";
import { LineOutput } from "../log/line-output.ts";
import type { RunLog } from "../log/logger.ts";
import { print } from "../log/print.ts";
import { Secrets } from "../log/secrets.ts";
import { type ErrorLine, InterimapError } from "../model/errors.ts";
import { type ExitCode, exitCode } from "../model/exit-code.ts";
import { reportTo } from "../report/human.ts";
import type { EventStream } from "../report/json/event-stream.ts";
import { errorLines } from "../report/remedy-line.ts";
import { createServiceNotifier, type ServiceNotifier } from "../service/systemd.ts";
import type { Report } from "../sync/context/events.ts";
import { Totals } from "../sync/context/totals.ts";
import { answer, isQuestion, type Question } from "./answer.ts";
import { execute } from "./execute.ts";
import type { WorkInvocation } from "./invocation.ts";
import { type OpenEvents, openEvents } from "./open-events.ts";
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
  #events: OpenEvents | undefined;
  #isOutputLost = false;
  /** --health knows two exit codes only. */
  #isForContainer = false;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    // A second signal ends the process between any two lines.
    surroundings.signal.addEventListener("abort", () => {
      this.#errorOutput.stopGathering();
    });
  }

  /** Never throws: every failure becomes one line and an exit code. */
  async run(): Promise<ExitCode> {
    const code = this.#endEvents(await this.#run());
    return this.#isForContainer && code !== exitCode.done ? exitCode.partial : code;
  }

  async #run(): Promise<ExitCode> {
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
      if (invocation.command === "import") {
        const { startImport } = await import("./start-import.ts");
        return await startImport(invocation, { env, errorOutput });
      }
      if (invocation.command === "all") {
        const { startAll } = await import("./accounts/start-all.ts");
        return await startAll(invocation, { env, signal, errorOutput });
      }
      // What was said last shows where it hangs, or what it was doing when it was killed.
      if (invocation.debug > 0) errorOutput.stopGathering();
      this.#isForContainer = invocation.command === "health";
      const errorLine = (this.#errorLine = errorLines(invocation.config));
      if (!isQuestion(invocation)) {
        const onLoss = (error: Error): void => {
          this.#noteLoss(error);
        };
        this.#events = await openEvents(invocation, { secrets, errorLine, signal, onLoss });
      }
      const events = this.#events?.stream;
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
        for (const warning of config.warnings) (events?.alsoHearing(log) ?? log).warn(warning);
        // Once: it takes what systemd left for us out of the environment.
        service ??= createServiceNotifier(env, { warn: (text) => this.#log?.warn(text) });
        try {
          const means = { log, secrets, errorOutput, service, errorLine, events };
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
      const known = error instanceof InterimapError ? error : bug(error);
      const code = this.#explain(known);
      // systemd goes on showing what it heard last.
      if (known.code !== "INTERRUPTED")
        service?.status(`Ended: ${known.side === undefined ? "" : `${known.side}: `}${this.#lineFor(known)}`);
      return code === exitCode.terminated && signal.reason === "SIGINT" ? exitCode.interrupted : code;
    } finally {
      service?.close();
      this.#log?.close();
    }
  }

  /** Says of an error that nobody caught what it is. Returns the exit code with which the process has to end at once. */
  crash(thrown: unknown): ExitCode {
    return this.#endEvents(this.#explain(bug(thrown)));
  }

  /** With the last line. What could not be written is missed by a program, whatever else went well. */
  #endEvents(code: ExitCode): ExitCode {
    this.#events?.stream.end(code);
    this.#events?.flush();
    return this.#isOutputLost && (code === exitCode.done || code === exitCode.partial) ? exitCode.io : code;
  }

  #noteLoss(error: Error): void {
    if (!this.#isOutputLost) this.#log?.error(`cannot write to the standard output: ${error.message}`);
    this.#isOutputLost = true;
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
    const context = errorContext(error);
    // Whichever connection noticed first: it concerns them all.
    if (error.code === "INTERRUPTED") log.info(this.#errorLine(error), { fields: () => errorFields(error) });
    else for (const one of error.parts) log.error(this.#lineFor(one), errorContext(one, error.side));
    this.#events?.stream.fail(error);
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
  readonly events: EventStream | undefined;
}

async function perform(invocation: Question | WorkInvocation, equipment: Equipment): Promise<ExitCode | "reload"> {
  if (isQuestion(invocation)) return answer(invocation, equipment);
  const { config, isReload, readConfig, secrets, errorOutput, service, errorLine, env, signal, onSignal } = equipment;
  const { events, log: quietly } = equipment;
  // What is an event is told as one, and not as a line of the log.
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

function bug(thrown: unknown): InterimapError {
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  return new InterimapError("BUG", `internal error: ${words}`, {
    hint: "please report it, together with the output of --debug",
    cause: thrown,
  });
}
