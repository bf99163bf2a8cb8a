// Offers `interimap init` to somebody at a terminal who has no configuration yet.

import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { configPath } from "../config/config.ts";
import { findConfigurations } from "../config/find-configurations.ts";
import type { ExitCode } from "../model/exit-code.ts";
import type { Common } from "./invocation.ts";
import { questionsAt } from "./questions.ts";
import { initInterrupted, type InitSurroundings, startInit } from "./start-init.ts";

/**
 * Asks, and starts `init` if the answer is yes. Undefined: it was not offered, or not wanted.
 * @throws InterimapError as {@link startInit} does
 */
export async function offerInit(
  { config, debug }: Pick<Common, "config" | "debug">,
  surroundings: InitSurroundings,
): Promise<ExitCode | undefined> {
  const { env, signal, errorOutput } = surroundings;
  const file = configPath({ file: config, env });
  // Who has other accounts may only have misspelt the name.
  if (existsSync(file) || hasAccountsBeside(file)) return undefined;
  const questions = questionsAt(signal);
  if (questions === undefined) return undefined;
  errorOutput.stopGathering();
  const answer = await questions.ask("Start interimap init now (y/N)").catch((error: unknown) => {
    throw signal.aborted ? initInterrupted() : error;
  });
  if (!/^y/i.test(answer)) return undefined;
  const settings = { local: new Map<string, string>(), remote: new Map<string, string>() };
  return startInit({ command: "init", config, quiet: false, debug, settings }, surroundings);
}

function hasAccountsBeside(file: string): boolean {
  try {
    return findConfigurations(dirname(file)).length > 0;
  } catch {
    return false;
  }
}
