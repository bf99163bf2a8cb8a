// Of commands that answer: what each process printed, as one text or one object.

import packageJson from "../../../package.json" with { type: "json" };
import type { LineOutput } from "../../log/line-output.ts";
import { print } from "../../log/print.ts";
import { type ExitCode, exitCode } from "../../model/exit-code.ts";
import { printable, printableJson } from "../../util/printable.ts";
import type { AllInvocation } from "../invocation.ts";
import { accountLine } from "./account-lines.ts";
import type { Audience } from "./audience.ts";
import { type Answer, overview } from "./overview.ts";
import type { Account } from "./run-accounts.ts";

interface Means {
  readonly accounts: readonly Account[];
  readonly say: (line: string) => void;
  readonly errorOutput: LineOutput;
}

interface Gathered extends Answer {
  code: ExitCode;
  readonly stdout: string[];
  readonly stderr: string[];
}

export function gatherAnswers(
  { command, json }: Extract<AllInvocation["each"], { command: "status" | "check" }>,
  { accounts, say, errorOutput }: Means,
): Audience {
  const answers = new Map<Account, Gathered>(
    accounts.map((account) => [account, { account, code: exitCode.done, stdout: [], stderr: [] }]),
  );
  const isText = command === "check" && !json;
  return {
    wantsJson: !isText,
    showProgress: undefined,
    hear(account, line, output) {
      answers.get(account)?.[output].push(line);
      if (output === "stderr" && (isText || json)) say(accountLine(account.name, line));
    },
    async end(account, code) {
      const answer = answers.get(account);
      if (answer !== undefined) answer.code = code;
      if (!isText) return;
      errorOutput.flush();
      await print([printable(account.name), ...(answer?.stdout ?? []).map(indented), ""].join("\n"));
    },
    async conclude() {
      errorOutput.flush();
      const all = [...answers.values()];
      if (json)
        await print(
          `${printableJson({ version: packageJson.version, accounts: all.map((one) => entry(one, command)) })}\n`,
        );
      else if (command === "status") await print(overview(all));
    },
  };
}

function indented(line: string): string {
  return line === "" ? "" : `  ${line}`;
}

function entry({ account, code, stdout, stderr }: Answer, command: "status" | "check"): object {
  const { name, file } = account;
  return { account: name, file, exitCode: code, [command]: parsed(stdout) ?? null, messages: stderr };
}

/** Undefined: it said something else, or nothing. */
function parsed(stdout: readonly string[]): unknown {
  try {
    return JSON.parse(stdout.join("\n"));
  } catch {
    return undefined;
  }
}
