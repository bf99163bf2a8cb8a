// Opens the log of a run: where its lines go, and in which form.

import { resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { isJournal } from "../log/journal.ts";
import type { LineOutput } from "../log/line-output.ts";
import type { LineForm } from "../log/log.ts";
import { parseLogPrefix } from "../log/log-prefix.ts";
import { createLog, type RunLog } from "../log/logger.ts";
import type { Secrets } from "../log/secrets.ts";
import { textLines } from "../log/text-lines.ts";
import { sides } from "../model/side.ts";
import type { Common } from "./invocation.ts";

interface Wanted extends Pick<Common, "quiet" | "debug"> {
  readonly config: Config;
  /** What no line for programs may show; added to during the run. */
  readonly secrets: Secrets;
  readonly env: NodeJS.ProcessEnv;
  readonly errorOutput: LineOutput;
}

/** Throws CONFIG_INVALID when the log file cannot be opened, or CONFIG_UNSAFE. */
export async function openLog({ quiet, debug, config, secrets, env, errorOutput }: Wanted): Promise<RunLog> {
  const { logfile, logFormat } = config;
  return createLog({
    form: logFormat === "json" ? await jsonForm(secrets) : textLines(config.logPrefix),
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

async function jsonForm(secrets: Secrets): Promise<LineForm> {
  const { jsonLines } = await import("../log/json-log.ts");
  return jsonLines(secrets);
}

/** From now on, what the configuration holds is hidden. */
export function hideConfigured({ servers }: Config, secrets: Secrets): void {
  for (const side of sides) {
    const { password, oauth, transport } = servers[side];
    if (password?.from === "text") secrets.add(password.text);
    secrets.add(oauth?.clientSecret ?? "");
    if (transport.type !== "tunnel") secrets.add(transport.proxy?.password ?? "");
  }
}
