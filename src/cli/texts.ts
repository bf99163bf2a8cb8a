// Commands that only print a text and need neither a configuration nor a server.

import { importKinds } from "../commands/import/import-kinds.ts";
import type { Invocation, TextInvocation } from "./invocation.ts";
import { briefHelp, versionText } from "./usage.ts";

export function isForText(invocation: Invocation): invocation is TextInvocation {
  return ["help", "version", "completion", "candidates"].includes(invocation.command);
}

/** yargs is loaded here, and only here. */
export async function textFor(invocation: TextInvocation, env: NodeJS.ProcessEnv): Promise<string> {
  switch (invocation.command) {
    case "version":
      return versionText;
    case "help": {
      if (!invocation.isWhole) return briefHelp;
      const { helpText } = await import("./help-and-completion.ts");
      return helpText(process.stdout.columns);
    }
    case "completion": {
      const { completionScript } = await import("../util/shell/completion-scripts.ts");
      return completionScript(invocation.shell, { program: "interimap", files: ["config"], fileWords: importKinds });
    }
    case "candidates": {
      const { candidates } = await import("./completion.ts");
      const { completionLines } = await import("../util/shell/completion-lines.ts");
      return completionLines(invocation, (words) => candidates(words, env));
    }
  }
}
