// The command `imapsync-web`: from arguments to the value that the process ends with.

import packageJson from "../../../package.json" with { type: "json" };
import { LineOutput } from "../../log/line-output.ts";
import type { RunLog } from "../../log/logger.ts";
import { print } from "../../log/print.ts";
import { Secrets } from "../../log/secrets.ts";
import { InterimapError } from "../../model/errors.ts";
import { type ExitCode, exitCode } from "../../model/exit-code.ts";
import { createServiceNotifier, type ServiceNotifier } from "../../service/systemd.ts";
import { loadWebConfig, type WebConfig } from "../configuration/web-config.ts";
import { openWebLog } from "./open-web-log.ts";
import { parseWebArguments } from "./options.ts";
import { serve } from "./serve.ts";

export interface WebSurroundings {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  readonly onHangUp: (handler: () => void) => void;
  /** Called at once. What it is given says of an error that nobody caught what it is, and returns the exit code. */
  readonly onCrash: (explain: (thrown: unknown) => ExitCode) => void;
}

/** Never throws: every failure becomes one line and an exit code. */
export async function imapsyncWeb({ argv, env, signal, onHangUp, onCrash }: WebSurroundings): Promise<ExitCode> {
  const errorOutput = new LineOutput();
  const secrets = new Secrets();
  let log: RunLog | undefined;
  let notifier: ServiceNotifier | undefined;
  const explain = (thrown: unknown): ExitCode => {
    const error = thrown instanceof InterimapError ? thrown : bug(thrown);
    for (const { message, hint } of error.parts) {
      const line = secrets.blank(typeof hint === "string" ? `${message}; ${hint}` : message);
      if (log === undefined) errorOutput.write(`${line}\n`);
      else log.error(line);
    }
    return error.exitCode;
  };
  onCrash((thrown) => explain(bug(thrown)));
  try {
    const { command, config: file, listen } = parseWebArguments(argv);
    if (command === "version") {
      await print(`imapsync-web ${packageJson.version}\n`);
      return exitCode.done;
    }
    if (command === "help") {
      const { webHelpText } = await import("./help.ts");
      await print(await webHelpText(process.stdout.columns));
      return exitCode.done;
    }
    const readConfig = (): WebConfig => {
      const config = loadWebConfig({ file, listen, env });
      secrets.add(config.operatorToken ?? "");
      return config;
    };
    const config = readConfig();
    if (command === "check") {
      await print(`The configuration is fine\n${config.warnings.map((warning) => `${warning}\n`).join("")}`);
      return exitCode.done;
    }
    log = openWebLog({ ...config, errorOutput, secrets, env });
    for (const warning of config.warnings) log.warn(warning);
    notifier = createServiceNotifier(env, log);
    await serve({ config, readConfig, log, notifier, signal, onReload: onHangUp });
    return exitCode.done;
  } catch (error) {
    return explain(error);
  } finally {
    notifier?.close();
    log?.close();
  }
}

function bug(thrown: unknown): InterimapError {
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  return new InterimapError("BUG", `internal error: ${words}`, { hint: "please report it", cause: thrown });
}
