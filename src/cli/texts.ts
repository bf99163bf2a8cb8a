// Commands that only print a text and need neither a configuration nor a server.

import type { Invocation, TextInvocation } from "./invocation.ts";
import { versionText } from "./usage.ts";

export function isForText(invocation: Invocation): invocation is TextInvocation {
  return ["help", "version", "completion", "candidates"].includes(invocation.command);
}

/** yargs is loaded here, and only here. */
export async function textFor(invocation: TextInvocation, env: NodeJS.ProcessEnv): Promise<string> {
  switch (invocation.command) {
    case "version":
      return versionText;
    case "help": {
      const { helpText } = await import("./help-and-completion.ts");
      return helpText(process.stdout.columns);
    }
    case "completion": {
      const { completionScript } = await import("../util/shell/completion-scripts.ts");
      return completionScript(invocation.shell, { program: "interimap", files: ["config"] });
    }
    case "candidates": {
      const { candidates } = await import("./completion.ts");
      const { completionLines } = await import("../util/shell/completion-lines.ts");
      return completionLines(invocation, (words) => candidates(words, env));
    }
  }
}
