// The commands that answer a question, and work on nothing.

import type { Config } from "../config/config.ts";
import type { LineOutput } from "../log/line-output.ts";
import type { Log } from "../log/log.ts";
import { print } from "../log/print.ts";
import type { Secrets } from "../log/secrets.ts";
import { type ErrorLine, InterimapError } from "../model/errors.ts";
import { type ExitCode, exitCode } from "../model/exit-code.ts";
import type { CheckInvocation, HealthInvocation, LoginInvocation, StatusInvocation } from "./invocation.ts";

export type Question = CheckInvocation | HealthInvocation | LoginInvocation | StatusInvocation;

interface Means {
  readonly config: Config;
  readonly log: Log;
  readonly secrets: Pick<Secrets, "add">;
  readonly errorOutput: LineOutput;
  readonly errorLine: ErrorLine;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** @throws InterimapError of any kind. */
export async function answer(question: Question, means: Means): Promise<ExitCode> {
  const { config, log, secrets, errorOutput, errorLine, env, signal } = means;
  switch (question.command) {
    case "login": {
      // What is said belongs between the lines of the conversation.
      errorOutput.stopGathering();
      const { loginCommand } = await import("../commands/login.ts");
      const { inDialogue } = await import("./dialogue.ts");
      await inDialogue({ env, signal }, (dialogue) => loginCommand({ config, side: question.side, dialogue }));
      return exitCode.done;
    }
    case "check": {
      const { checkCommand } = await import("../commands/check/check.ts");
      const { checkText } = await import("../commands/check/check-text.ts");
      const { printableJson } = await import("../util/printable.ts");
      const found = await checkCommand({ config, side: question.side, log, secrets, errorLine, signal });
      errorOutput.flush();
      await print(question.json ? `${printableJson(found)}\n` : checkText(found));
      return found.exitCode;
    }
    case "status": {
      const { statusCommand } = await import("../commands/status.ts");
      const { statusText } = await import("../service/status-text.ts");
      const { statusJson } = await import("../service/status-json.ts");
      const { exitCodeOf, findings, verdictOf } = await import("../service/verdict.ts");
      const status = await statusCommand(config, log);
      // Both may go to one terminal.
      errorOutput.flush();
      await print(question.json ? statusJson(status) : statusText(status));
      return exitCodeOf(verdictOf(findings(status)));
    }
    case "health":
      return sayHealth(means);
  }
}

/** One line, whatever is wrong, and 0 or 1: that is what containers understand. */
async function sayHealth({ config, log, errorLine }: Means): Promise<ExitCode> {
  const { healthCommand } = await import("../commands/health.ts");
  try {
    const { isHealthy, line } = await healthCommand(config, {
      ...log,
      warn: (text) => {
        log.debug(text);
      },
    });
    await print(`${line}\n`);
    return isHealthy ? exitCode.done : exitCode.partial;
  } catch (error) {
    if (!(error instanceof InterimapError)) throw error;
    await print(`unhealthy: ${errorLine(error)}\n`);
    return exitCode.partial;
  }
}

export function isQuestion(invocation: { readonly command: string }): invocation is Question {
  return ["check", "health", "login", "status"].includes(invocation.command);
}
