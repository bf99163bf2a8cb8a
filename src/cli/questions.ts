// Questions to whoever sits at the terminal.

import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { isatty } from "node:tty";
import type { Questions } from "../commands/init/questions.ts";
import { InterimapError } from "../model/errors.ts";
import { askHidden } from "../util/ask-hidden.ts";

/** Undefined: nobody is there to be asked. Each question throws USAGE when the input ends. */
export function questionsAt(signal: AbortSignal): Questions | undefined {
  if (!isatty(0) || !isatty(1)) return undefined;
  const { stdin: input, stdout: output } = process;
  return {
    ask: async (question, usual = "") => {
      const lines = createInterface({ input, output });
      // Read in this way, Ctrl-C makes no signal.
      lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
      const prompt = `  ${question}${usual === "" ? "" : ` [${usual}]`}: `;
      // Node 20 leaves a question open for ever when the input ends.
      const closed = once(lines, "close").then(() => inputEnded());
      try {
        const answer = (await Promise.race([lines.question(prompt, { signal }), closed])).trim();
        return answer === "" ? usual : answer;
      } catch (error) {
        signal.throwIfAborted();
        return inputEnded(error);
      } finally {
        lines.close();
      }
    },
    askHidden: (question) =>
      askHidden(`  ${question}: `, { input, output, signal }).catch((error: unknown) => {
        signal.throwIfAborted();
        return inputEnded(error);
      }),
  };
}

function inputEnded(cause?: unknown): never {
  throw new InterimapError("USAGE", "the input ended before all questions were answered; nothing was written", {
    ...(cause !== undefined && { cause }),
  });
}
