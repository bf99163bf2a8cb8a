// What `interimap init` needs: there is no configuration yet that would say it.

import { checkServer } from "../commands/check/check-server.ts";
import { initCommand } from "../commands/init/init.ts";
import { configPath } from "../config/config.ts";
import { credentialsOf } from "../credentials/credentials-of.ts";
import { discover } from "../discovery/discover.ts";
import { nodeDns } from "../discovery/node-dns.ts";
import type { LineOutput } from "../log/line-output.ts";
import { print } from "../log/print.ts";
import type { Secrets } from "../log/secrets.ts";
import { InterimapError } from "../model/errors.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { errorLines } from "../report/remedy-line.ts";
import type { InitInvocation } from "./invocation.ts";
import { plainLog } from "./open-log.ts";
import { questionsAt } from "./questions.ts";
import { serviceUnit } from "./unit-file.ts";

export interface InitSurroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly secrets: Secrets;
  readonly errorOutput: LineOutput;
}

/** @throws InterimapError as {@link initCommand} does, or INTERRUPTED; nothing is written then. */
export async function startInit(
  { config, settings, debug }: InitInvocation,
  { env, signal, secrets, errorOutput }: InitSurroundings,
): Promise<ExitCode> {
  errorOutput.stopGathering();
  const log = plainLog({ env, errorOutput, debug });
  const errorLine = errorLines(config);
  const dns = nodeDns({ allowsAddress: () => true });
  const questions = questionsAt(signal);
  let printed = Promise.resolve();
  try {
    const code = await initCommand({
      ...{ file: configPath({ file: config, env }), config, given: settings, env, errorLine },
      unit: serviceUnit(process.argv[1]),
      questions: questions && {
        // Behind what was said before.
        ask: (...question) => printed.then(() => questions.ask(...question)),
        askHidden: (question) => printed.then(() => questions.askHidden(question)),
      },
      find: (login) => discover(login, dns),
      check: (made, side) => {
        const hide = (secret: string): void => {
          secrets.add(secret);
        };
        const credentials = credentialsOf(made.servers, { log, hide, mayAsk: true })[side]();
        return checkServer({ side, settings: made.servers[side], credentials, log, signal, errorLine });
      },
      say: (...lines) => {
        printed = printed.then(() => print(`${lines.join("\n")}\n`));
      },
    });
    await printed;
    return code;
  } catch (error) {
    throw signal.aborted ? initInterrupted() : error;
  }
}

/** A signal came before all was answered. */
export function initInterrupted(): InterimapError {
  return new InterimapError("INTERRUPTED", "interrupted; nothing was written");
}
