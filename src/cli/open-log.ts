// Opens the log of a run: where its lines go, and in which form.

import { resolve } from "node:path";
import type { Config } from "../config/config.ts";
import type { ErrorOutput } from "../log/error-output.ts";
import { isJournal } from "../log/journal.ts";
import type { LineForm } from "../log/log.ts";
import { parseLogPrefix } from "../log/log-prefix.ts";
import { createLog, type RunLog } from "../log/logger.ts";
import { textLines } from "../log/text-lines.ts";
import { sides } from "../model/side.ts";
import type { Common } from "./invocation.ts";

interface Wanted extends Pick<Common, "quiet" | "debug"> {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  readonly errorOutput: ErrorOutput;
}

/** Throws CONFIG_INVALID when the log file cannot be opened, or CONFIG_UNSAFE. */
export async function openLog({ quiet, debug, config, env, errorOutput }: Wanted): Promise<RunLog> {
  const { logfile, logFormat } = config;
  return createLog({
    form: logFormat === "json" ? await jsonForm(config) : textLines(config.logPrefix),
    logfile: logfile === undefined ? undefined : resolve(logfile),
    quiet,
    debug,
    errorOutput,
    toJournal: isJournal(env),
    hidesSecrets: logFormat === "json",
  });
}

/** For what goes wrong before there is a configuration. */
export function plainLog({ env, errorOutput, debug }: Pick<Wanted, "env" | "errorOutput" | "debug">): RunLog {
  const form = textLines(parseLogPrefix(""));
  return createLog({ form, logfile: undefined, quiet: false, debug, errorOutput, toJournal: isJournal(env) });
}

async function jsonForm({ servers }: Config): Promise<LineForm> {
  const { jsonLines } = await import("../log/json-log.ts");
  const secrets = sides.flatMap((side) => {
    const { password, transport } = servers[side];
    return [password, transport.type === "tunnel" ? undefined : transport.proxy?.password];
  });
  return jsonLines(secrets.filter((secret) => secret !== undefined));
}
