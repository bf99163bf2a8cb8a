// `--all`: each configuration of a directory in a process of its own, and one answer.

import { configPath, loadConfig } from "../../config/config.ts";
import { configDirectory } from "../../config/directories.ts";
import { type ConfigurationFile, findConfigurations } from "../../config/find-configurations.ts";
import { isJournal, journalPrefix } from "../../log/journal.ts";
import type { LineOutput } from "../../log/line-output.ts";
import { InterimapError } from "../../model/errors.ts";
import { type ExitCode, exitCode } from "../../model/exit-code.ts";
import { groupBy } from "../../util/group-by.ts";
import { printable } from "../../util/printable.ts";
import type { AllInvocation } from "../invocation.ts";
import { argumentsOf } from "./arguments-of.ts";
import type { Audience } from "./audience.ts";
import { gatherAnswers } from "./gather-answers.ts";
import { type Account, type AccountResult, runAccounts } from "./run-accounts.ts";
import { tellLines } from "./tell-lines.ts";
import { worstCode } from "./worst-code.ts";

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly errorOutput: LineOutput;
}

/** @throws InterimapError CONFIG_MISSING without an account, or OUTPUT */
export async function startAll(
  invocation: AllInvocation,
  { env, signal, errorOutput }: Surroundings,
): Promise<ExitCode> {
  const { each, quiet, atOnce } = invocation;
  const accounts = accountsOf(invocation, env);
  const priority = isJournal(env) ? journalPrefix("info") : "";
  const say = (text: string): void => {
    errorOutput.write(`${priority}${text}\n`);
  };
  const audience: Audience =
    each.command === "status" || each.command === "check"
      ? gatherAnswers(each, { accounts, say, errorOutput })
      : tellLines(invocation, { accounts, say, errorOutput, env });
  if (!quiet) for (const line of sharedDatabases(accounts)) say(line);
  const results = await runAccounts(accounts, {
    atOnce,
    signal,
    processOf: (account) => ({
      args: argumentsOf(invocation, account, { asJson: audience.wantsJson }),
      env,
      onLine: (line, output) => {
        audience.hear(account, line, output);
      },
      onProgress: audience.showProgress === undefined ? undefined : (text) => audience.showProgress?.(account, text),
    }),
    onEnd: async (account, end) => {
      if (end.killer !== undefined && !signal.aborted) audience.hear(account, `ended by ${end.killer}`, "stderr");
      await audience.end(account, end.code);
    },
  });
  await audience.conclude(results);
  return codeOf(results, signal);
}

function accountsOf({ directory }: AllInvocation, env: NodeJS.ProcessEnv): readonly Account[] {
  const place = directory === undefined ? configDirectory(env) : configPath({ file: directory, env });
  const found = findConfigurations(place);
  if (found.length === 0)
    throw new InterimapError("CONFIG_MISSING", `${printable(place)}: there is no account configuration in it`, {
      hint: "make one with interimap init, or, for a further account, interimap --config=NAME init",
    });
  return found.map((one) => ({ ...one, database: databaseOf(one, env) }));
}

/** Undefined: the configuration is wrong, which its own process will say. */
function databaseOf({ file }: ConfigurationFile, env: NodeJS.ProcessEnv): string | undefined {
  try {
    return loadConfig({ file, env }).database;
  } catch (error) {
    if (error instanceof InterimapError) return undefined;
    throw error;
  }
}

function sharedDatabases(accounts: readonly Account[]): readonly string[] {
  const groups = groupBy(
    accounts.filter(({ database }) => database !== undefined),
    ({ database }) => database,
  );
  return [...groups]
    .filter(([, users]) => users.length > 1)
    .map(([database = "", users]) => {
      const names = users.map(({ name }) => printable(name)).join(" and ");
      return `${names} use one database, ${printable(database)}, and so take turns; each pair of accounts needs one of its own`;
    });
}

function codeOf(results: readonly AccountResult[], signal: AbortSignal): ExitCode {
  if (results.some(({ outcome }) => outcome === "stopped"))
    return signal.reason === "SIGINT" ? exitCode.interrupted : exitCode.terminated;
  return worstCode(results.map(({ code }) => code));
}
