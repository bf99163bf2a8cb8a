// --health: one line for containers. Asks the process at work, or the database where there is none. Contacts no server.

import type { Config } from "../config/config.ts";
import type { Log } from "../log/log.ts";
import { type Finding, findings, verdictText } from "../service/verdict.ts";
import { statusCommand } from "./status.ts";

export interface Health {
  readonly isHealthy: boolean;
  /** `healthy: in step`, without a line break. */
  readonly line: string;
}

/** @throws InterimapError that {@link statusCommand} throws. */
export async function healthCommand(config: Config, log: Log): Promise<Health> {
  const found = findings(await statusCommand(config, log)).map(withReason);
  const isHealthy = !found.some(isIll);
  return { isHealthy, line: `${isHealthy ? "healthy" : "unhealthy"}: ${verdictText(found)}` };
}

/** Whoever reads this line reads no other. */
function withReason({ text, why, ...finding }: Finding): Finding {
  return { ...finding, text: why === undefined ? text : `${text} (${why})` };
}

/** What was refused is for somebody to look at, and no reason to start anything again; nor is a first copy that takes its time. */
function isIll({ verdict, isAtWork = false }: Finding): boolean {
  return verdict === "not-connected" || (verdict === "behind" && !isAtWork);
}
