// From arguments to an exit code.

import { sayKept } from "../commands/say-kept.ts";
import { type Config, loadConfig } from "../config/config.ts";
import { errorContext, errorFields } from "../log/error-context.ts";
import { LineOutput } from "../log/line-output.ts";
import type { RunLog } from "../log/logger.ts";
import { print } from "../log/print.ts";
import { Secrets } from "../log/secrets.ts";
import { InterimapError } from "../model/errors.ts";
import { type ExitCode, exitCode } from "../model/exit-code.ts";
import { errorLines } from "../report/remedy-line.ts";
import { createServiceNotifier, type ServiceNotifier } from "../service/systemd.ts";
import { isQuestion } from "./answer.ts";
import type { Common } from "./invocation.ts";
import { type OpenEvents, openEvents } from "./open-events.ts";
import { hideConfigured, openLog, plainLog } from "./open-log.ts";
import { parseArguments } from "./options.ts";
import { perform, type Surroundings } from "./perform.ts";
import { isForText, textFor } from "./texts.ts";

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
  /** What somebody at a terminal may have wanted to do who has no configuration yet. */
  #wanted: Pick<Common, "config" | "debug"> | undefined;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    // A second signal ends the process between any two lines.
    surroundings.signal.addEventListener("abort", () => {
      this.#errorOutput.stopGathering();
    });
  }

  /** Never throws: every failure becomes one line and an exit code. */
  async run(): Promise<ExitCode> {
    const code = this.#endEvents(await this.#orInit(await this.#run()));
    return this.#isForContainer && code !== exitCode.done ? exitCode.partial : code;
  }

  /** Offers to make the configuration that is missing. */
  async #orInit(code: ExitCode): Promise<ExitCode> {
    if (code !== exitCode.config || this.#wanted === undefined) return code;
    try {
      const { offerInit } = await import("./offer-init.ts");
      const { env, signal } = this.#surroundings;
      const means = { env, signal, secrets: this.#secrets, errorOutput: this.#errorOutput };
      return (await offerInit(this.#wanted, means)) ?? code;
    } catch (error) {
      return this.#codeOf(error);
    }
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
      const isForPrograms = this.#isForContainer || ("json" in invocation && invocation.json);
      if (!invocation.quiet && !isForPrograms) this.#wanted = invocation;
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
      return this.#codeOf(error, service);
    } finally {
      service?.close();
      this.#log?.close();
    }
  }

  /** Says what went wrong. */
  #codeOf(error: unknown, service?: ServiceNotifier): ExitCode {
    const known = error instanceof InterimapError ? error : bug(error);
    const code = this.#explain(known);
    // systemd goes on showing what it heard last.
    if (known.code !== "INTERRUPTED")
      service?.status(`Ended: ${known.side === undefined ? "" : `${known.side}: `}${this.#lineFor(known)}`);
    const isInterrupted = code === exitCode.terminated && this.#surroundings.signal.reason === "SIGINT";
    return isInterrupted ? exitCode.interrupted : code;
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

function bug(thrown: unknown): InterimapError {
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  return new InterimapError("BUG", `internal error: ${words}`, {
    hint: "please report it, together with the output of --debug",
    cause: thrown,
  });
}
