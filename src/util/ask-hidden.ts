// A question at the terminal, whose answer is not shown.

import { createInterface } from "node:readline";
import { Writable } from "node:stream";

export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WritableStream;
  /** Ends the question with its reason. */
  readonly signal: AbortSignal;
}

/** Resolves with the answer. @throws the signal's reason */
export async function askHidden(prompt: string, { input, output, signal }: Terminal): Promise<string> {
  signal.throwIfAborted();
  // Where what is typed would be echoed.
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  // Who answers at once must not see it either: from now on nothing is echoed.
  output.write(prompt);
  try {
    return await new Promise<string>((resolve, reject) => {
      const giveUp = (): void => {
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      lines.once("line", resolve);
      lines.once("close", () => {
        signal.removeEventListener("abort", giveUp);
        reject(new Error("the terminal was closed"));
      });
      // Read in this way, Ctrl-C makes no signal.
      lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
    });
  } finally {
    lines.close();
    output.write("\n");
  }
}
