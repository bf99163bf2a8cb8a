// Questions to whoever sits at the terminal.

import { createInterface } from "node:readline/promises";
import { isatty } from "node:tty";
import type { Questions } from "../commands/init/questions.ts";
import { askHidden } from "../util/ask-hidden.ts";

/** Undefined: nobody is there to be asked. */
export function questionsAt(signal: AbortSignal): Questions | undefined {
  if (!isatty(0) || !isatty(1)) return undefined;
  const { stdin: input, stdout: output } = process;
  return {
    ask: async (question, usual = "") => {
      const lines = createInterface({ input, output });
      try {
        const answer = await lines.question(`  ${question}${usual === "" ? "" : ` [${usual}]`}: `, { signal });
        return answer.trim() === "" ? usual : answer.trim();
      } finally {
        lines.close();
      }
    },
    askHidden: (question) => askHidden(`  ${question}: `, { input, output, signal }),
  };
}
