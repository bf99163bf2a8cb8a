// Copies an account in this process, by the copier's parts: without its command line, log file and pid file.

import packageJson from "../../package.json" with { type: "json" };
import { copierVocabulary } from "../copier/accounts/vocabulary.ts";
import { rulesOf } from "../copier/engine/rules.ts";
import type { Options } from "../copier/options/options.ts";
import { parseCommandLine } from "../copier/options/parse-options.ts";
import { performCopy } from "../copier/perform-copy.ts";
import { RunSignals } from "../copier/process/signals.ts";
import { bannerLines } from "../copier/report/banner.ts";
import { exitCodeOf, type ExitName } from "../copier/report/exit-code.ts";
import { Reporter } from "../copier/report/reporter.ts";
import { Statistics } from "../copier/report/statistics.ts";
import { InterimapError } from "../model/errors.ts";
import type { Engine, JobSurroundings } from "./engine.ts";
import { finalSentence } from "./final-sentence.ts";
import type { JobMessage, JobResult } from "./job-message.ts";
import type { CopySpec } from "./job-spec.ts";
import { targetFilter } from "./job-targets.ts";
import { lineMessage } from "./line-message.ts";
import { heed, withLimit } from "./stopping.ts";
import { RunTeller } from "./tell-run.ts";

export const copyEngine: Engine<CopySpec> = { name: "copy", vocabulary: copierVocabulary, perform: copyAccount };

/** Says all that there is to say, also why it did not begin. @throws what is a defect of the program */
async function copyAccount(spec: CopySpec, surroundings: JobSurroundings): Promise<JobResult> {
  const { output, secrets } = surroundings;
  secrets.add(spec.secrets.password1);
  secrets.add(spec.secrets.password2);
  const say = (text: string): void => {
    output.send(lineMessage(text));
  };
  let options: Options;
  try {
    options = optionsOf(spec);
    rulesOf(options);
  } catch (error) {
    if (!(error instanceof InterimapError) || error.code === "BUG") throw error;
    say(error.message);
    return resultOf("EX_USAGE", error.message);
  }
  return copy(options, { spec, say, surroundings });
}

function* lineMessages(texts: Iterable<string>): Generator<JobMessage> {
  for (const text of texts) yield lineMessage(text);
}

function resultOf(exitName: ExitName, sentence: string): JobResult {
  return { exitCode: exitCodeOf(exitName), exitName, sentence };
}

/** @throws InterimapError USAGE */
function optionsOf({ options: argv, secrets, limits }: CopySpec): Options {
  const commandLine = parseCommandLine(argv);
  if (commandLine.command !== "copy" || commandLine.options.abort || commandLine.options.abortbyfile)
    throw new InterimapError("USAGE", "these options do not start a copy");
  const { options } = commandLine;
  const octets = [limits.octets, options.exitwhenover].filter((limit) => limit !== undefined);
  return { ...options, ...secrets, ...(octets.length > 0 && { exitwhenover: Math.min(...octets) }) };
}

interface Copy {
  readonly spec: CopySpec;
  readonly say: (line: string) => void;
  readonly surroundings: JobSurroundings;
}

async function copy(options: Options, { spec, say, surroundings }: Copy): Promise<JobResult> {
  const { output, env, secrets, fence } = surroundings;
  const startedAt = new Date();
  const statistics = new Statistics(startedAt);
  const teller = new RunTeller(output, statistics, options);
  const many = (texts: Iterable<string>): void => {
    output.sendAll(lineMessages(texts));
  };
  const reporter = new Reporter({ statistics, options, lines: { line: say, many }, consumers: [teller] });
  const signals = new RunSignals(options, { onSignal: () => () => undefined, say });
  let stopped: string | undefined;
  const forget = heed(withLimit(surroundings.stop, spec.limits), (why) => {
    stopped = why;
    say(why);
    signals.stopFor("SIGTERM");
  });
  for (const line of bannerLines({ version: packageJson.version, startedAt, argv: spec.options })) say(line);
  const exit = await performCopy({
    ...{ options, rules: rulesOf(options), statistics, reporter, signals, env, secrets, fence, output },
    targets: targetFilter(spec.targets),
    verification: spec.verification,
  });
  forget();
  const exitName = signals.exitOf(exit);
  reporter.exit(exitName);
  const { certificates, failures, lastWords, wait } = teller;
  const outcome = { exitName, options, statistics, certificates, failures, stopped, lastWords };
  const result = resultOf(exitName, finalSentence(outcome));
  const copied = { messages: statistics.copied, octets: statistics.octetsCopied };
  return { ...result, ...(failures.length > 0 && { failures }), copied, ...(wait !== undefined && { wait }) };
}
