// One run of the copier, from options to the value it ends with.

import packageJson from "../../package.json" with { type: "json" };
import type { Secrets } from "../log/secrets.ts";
import { maskedArguments } from "./accounts/command-line.ts";
import { rulesOf } from "./engine/rules.ts";
import type { Options } from "./options/options.ts";
import { performCopy } from "./perform-copy.ts";
import { enterRun } from "./process/enter-run.ts";
import { openLogFile } from "./process/log-file.ts";
import { Output } from "./process/output.ts";
import { requireSignals, RunSignals } from "./process/signals.ts";
import { type OpenSurface, openSurface } from "./process/surface.ts";
import { bannerLines } from "./report/banner.ts";
import { makeReporter } from "./report/make-reporter.ts";
import { Statistics } from "./report/statistics.ts";
import type { Ending, Surroundings } from "./surroundings.ts";

export interface CopySurroundings extends Pick<Surroundings, "argv" | "env" | "onSignal"> {
  /** Lines about the command line, to be shown at the beginning. */
  readonly notices: readonly string[];
  /** What no line may show; added to during the run. */
  readonly secrets: Secrets;
}

/** @throws InterimapError when the run cannot begin. */
export async function runCopy(options: Options, surroundings: CopySurroundings): Promise<Ending> {
  const rules = rulesOf(options);
  requireSignals(options);
  const startedAt = new Date();
  const { logFile, warning } = openLogFile(options, startedAt.getTime());
  const output = new Output({ logFile, isForPrograms: options.json });
  let surface: OpenSurface | undefined;
  try {
    surface = openSurface(output, options);
    const statistics = new Statistics(startedAt);
    const reporter = makeReporter(options, statistics, surface);
    const say = (text: string): void => {
      reporter.emit({ type: "notice", text });
    };
    const signals = new RunSignals(options, { onSignal: surroundings.onSignal, say });
    const argv = maskedArguments(surroundings.argv);
    bannerLines({ version: packageJson.version, startedAt, argv }).forEach(say);
    if (warning !== undefined) reporter.emit({ type: "notice", text: warning, isWarning: true });
    surroundings.notices.forEach(say);
    const { env, secrets } = surroundings;
    const parts = { options, rules, statistics, reporter, signals, output, env, secrets };
    const warn = (text: string): void => {
      reporter.emit({ type: "notice", text, isWarning: true });
    };
    const entered = await enterRun(options, { output, signals, warn });
    const exit = entered.ends ?? (await performCopy(parts));
    reporter.exit(signals.exitOf(exit));
    await entered.leave();
    return signals.finish(exit);
  } finally {
    surface?.end();
    output.end();
  }
}
