// The command `imapsync`: from arguments to the value that the process ends with.

import packageJson from "../../package.json" with { type: "json" };
import { LineOutput } from "../log/line-output.ts";
import { print } from "../log/print.ts";
import { Secrets } from "../log/secrets.ts";
import { InterimapError } from "../model/errors.ts";
import { exitCode } from "../model/exit-code.ts";
import { speak } from "../model/vocabulary.ts";
import { hideSecretArguments } from "./accounts/command-line.ts";
import { copierVocabulary } from "./accounts/vocabulary.ts";
import { parseCommandLine } from "./options/parse-options.ts";
import type { Ending, Surroundings } from "./surroundings.ts";

/** Never throws: every failure becomes one line and an exit code. */
export async function imapsync({ argv, env, onSignal, onCrash }: Surroundings): Promise<Ending> {
  hideSecretArguments("imapsync", argv);
  speak(copierVocabulary);
  const errorOutput = new LineOutput();
  const secrets = new Secrets();
  const explain = (thrown: unknown): number => {
    const error = thrown instanceof InterimapError ? thrown : bug(thrown);
    // Commands of the other program settle nothing here.
    const hint = typeof error.hint === "string" ? `; ${error.hint}` : "";
    errorOutput.write(`${secrets.blank(error.message + hint)}\n`);
    return error.exitCode;
  };
  onCrash((thrown) => explain(bug(thrown)));
  try {
    const commandLine = parseCommandLine(argv);
    switch (commandLine.command) {
      case "help": {
        const { helpText } = await import("./options/help.ts");
        await print(await helpText(process.stdout.columns));
        return exitCode.done;
      }
      case "version":
        await print(`imapsync ${packageJson.version}\n`);
        return exitCode.done;
      case "completion": {
        const { completionScript } = await import("../util/shell/completion-scripts.ts");
        const { fileOptions } = await import("./options/completion.ts");
        await print(completionScript(commandLine.shell, { program: "imapsync", files: fileOptions }));
        return exitCode.done;
      }
      case "candidates": {
        const { completionLines } = await import("../util/shell/completion-lines.ts");
        const { candidates } = await import("./options/completion.ts");
        await print(await completionLines(commandLine, candidates));
        return exitCode.done;
      }
      case "nothing":
        await print(commandLine.notices.map((line) => `${line}\n`).join(""));
        return exitCode.done;
      case "copy": {
        const { options, notices } = commandLine;
        const { runCopy } = await import("./run-copy.ts");
        return await runCopy(options, { argv, env, onSignal, notices, secrets });
      }
    }
  } catch (error) {
    return explain(error);
  }
}

function bug(thrown: unknown): InterimapError {
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  return new InterimapError("BUG", `internal error: ${words}`, { hint: "please report it", cause: thrown });
}
