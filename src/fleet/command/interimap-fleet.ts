// The command `interimap-fleet`: from arguments to the value that the process ends with.

import packageJson from "../../../package.json" with { type: "json" };
import { isJournal } from "../../log/journal.ts";
import { LineOutput } from "../../log/line-output.ts";
import type { LineForm } from "../../log/log.ts";
import { parseLogPrefix } from "../../log/log-prefix.ts";
import { createLog, type RunLog } from "../../log/logger.ts";
import { print } from "../../log/print.ts";
import { Secrets } from "../../log/secrets.ts";
import { textLines } from "../../log/text-lines.ts";
import { InterimapError } from "../../model/errors.ts";
import { type ExitCode, exitCode } from "../../model/exit-code.ts";
import { createServiceNotifier } from "../../service/systemd.ts";
import { openFleet } from "../fleet.ts";
import { performCommand } from "./commands.ts";
import { type Invocation, parseArguments, usage } from "./options.ts";

export interface FleetSurroundings {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Called at once. What it is given says of an error that nobody caught what it is, and returns the exit code. */
  readonly onCrash: (explain: (thrown: unknown) => ExitCode) => void;
}

/** Never throws: every failure becomes one line and an exit code. */
export async function interimapFleet({ argv, env, signal, onCrash }: FleetSurroundings): Promise<ExitCode> {
  const errorOutput = new LineOutput();
  let log: RunLog | undefined;
  const explain = (thrown: unknown): ExitCode => {
    const error = thrown instanceof InterimapError ? thrown : bug(thrown);
    for (const { message, hint } of error.parts) {
      const line = typeof hint === "string" ? `${message}; ${hint}` : message;
      if (log === undefined) errorOutput.write(`${line}\n`);
      else log.error(line);
    }
    return error.exitCode;
  };
  onCrash((thrown) => explain(bug(thrown)));
  try {
    const invocation = parseArguments(argv);
    if (invocation.command === "version") {
      await print(`interimap-fleet ${packageJson.version}\n`);
      return exitCode.done;
    }
    if (invocation.command === "help") {
      const { helpText } = await import("./help.ts");
      await print(await helpText(process.stdout.columns));
      return exitCode.done;
    }
    const url = databaseUrl(invocation, env);
    if (invocation.command !== "worker" && invocation.command !== "dev") return await onFleet(invocation, url);
    log = createLog({
      ...{ form: await lineForm(invocation), logfile: undefined, quiet: false, debug: 0 },
      ...{ toJournal: isJournal(env), errorOutput },
    });
    const notifier = createServiceNotifier(env, log);
    try {
      const around = { env, log, notifier, signal };
      if (invocation.command === "worker") {
        const { workerCommand } = await import("../commands/worker-command.ts");
        await workerCommand(invocation, { ...around, url });
      } else {
        const { dev } = await import("../commands/dev.ts");
        await dev(invocation, around);
      }
      return exitCode.done;
    } finally {
      notifier.close();
    }
  } catch (error) {
    return explain(error);
  } finally {
    log?.close();
  }
}

async function onFleet(invocation: Invocation, url: string): Promise<ExitCode> {
  const fleet = await openFleet({ url, connections: 2, isWorker: false, onError: () => undefined });
  try {
    const { text, isFine } = await performCommand(fleet, invocation);
    if (typeof text === "string") await print(text);
    else for await (const part of text) await print(part);
    return isFine() ? exitCode.done : exitCode.partial;
  } finally {
    await fleet.close();
  }
}

/** @throws InterimapError USAGE */
async function lineForm({ value }: Invocation): Promise<LineForm> {
  const format = value("log-format") ?? "text";
  if (format === "text") return textLines(parseLogPrefix(""));
  if (format !== "json") throw usage(`--log-format: "${format}" is neither text nor json`);
  const { jsonLines } = await import("../../log/json-log.ts");
  return jsonLines(new Secrets());
}

/** @throws InterimapError USAGE for one with a password: all users of a machine can see arguments. */
function databaseUrl({ value }: Invocation, env: NodeJS.ProcessEnv): string {
  const given = value("database");
  const url = given ?? env["INTERIMAP_FLEET_DATABASE"] ?? "";
  if (given !== undefined && (/^\w+:\/\/[^/@]*:[^/]*@/.test(given) || /[?&](?:ssl)?password=/i.test(given)))
    throw usage("--database must not have a password in it: write it to a file and name that in PGPASSFILE");
  if (url === "" || /^postgres(?:ql)?:\/\//.test(url)) return url;
  const name = given === undefined ? "INTERIMAP_FLEET_DATABASE" : "--database";
  throw usage(`${name} is not written like postgresql://USER@HOST/DATABASE`);
}

function bug(thrown: unknown): InterimapError {
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  return new InterimapError("BUG", `internal error: ${words}`, { hint: "please report it", cause: thrown });
}
