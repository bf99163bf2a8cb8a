// The log of the server, on the error output.

import { isJournal } from "../../log/journal.ts";
import { jsonLines } from "../../log/json-log.ts";
import type { LineOutput } from "../../log/line-output.ts";
import { parseLogPrefix } from "../../log/log-prefix.ts";
import { createLog, type RunLog } from "../../log/logger.ts";
import type { Secrets } from "../../log/secrets.ts";
import { textLines } from "../../log/text-lines.ts";
import type { WebConfig } from "../configuration/web-config.ts";

export interface WebLogOptions extends Pick<WebConfig, "logLevel" | "logFormat"> {
  readonly errorOutput: LineOutput;
  readonly secrets: Secrets;
  readonly env: NodeJS.ProcessEnv;
}

export function openWebLog({ logLevel, logFormat, errorOutput, secrets, env }: WebLogOptions): RunLog {
  const log = createLog({
    form: logFormat === "json" ? jsonLines(secrets) : textLines(parseLogPrefix("")),
    logfile: undefined,
    quiet: logLevel === "warn" || logLevel === "error",
    debug: logLevel === "debug" ? 1 : 0,
    toJournal: isJournal(env),
    errorOutput,
  });
  return logLevel === "error" ? { ...log, warn: () => undefined } : log;
}
