// Whether a run shows how far it is, and where.

import { isatty } from "node:tty";
import type { Config } from "../config/config.ts";
import type { LineOutput } from "../log/line-output.ts";
import type { ProgressScreen, RunProgress } from "../report/run-progress.ts";
import { monotonicMs } from "../util/monotonic.ts";
import type { WorkInvocation } from "./invocation.ts";

interface Screen {
  readonly config: Pick<Config, "logFormat">;
  readonly errorOutput: LineOutput;
  readonly env: NodeJS.ProcessEnv;
}

/** Of a terminal that does not know how wide it is. */
const usualColumns = 80;

/** Of the process that started this one for one of several accounts, and shows how far all of them are. */
const parentScreen: ProgressScreen = {
  showStatus: (text) => {
    // It may have gone, which is no matter to us.
    if (process.connected) process.send?.(text, undefined, undefined, () => undefined);
  },
};
const widestOfParents = 200;

/** Undefined: nobody sits at a terminal and wants to see it. */
export async function openProgress(
  { command, quiet, debug, json }: Pick<WorkInvocation, "command" | "quiet" | "debug" | "json">,
  { config, errorOutput, env }: Screen,
): Promise<RunProgress | undefined> {
  const isWanted = command !== "watch" && !quiet && debug === 0 && config.logFormat === "text";
  if (!isWanted || !(isatty(2) || process.connected)) return undefined;
  const { RunProgress } = await import("../report/run-progress.ts");
  if (process.connected)
    return new RunProgress(parentScreen, { columns: widestOfParents, now: monotonicMs, draws: true });
  const { columns } = process.stderr;
  return new RunProgress(errorOutput, {
    columns: columns > 0 ? columns : usualColumns,
    now: monotonicMs,
    // Events on the same terminal go through the display.
    draws: env["TERM"] !== "dumb" && !(json && isatty(1)),
  });
}
