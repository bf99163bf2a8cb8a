// Whoever has started this run, if somebody is there.

import { isatty } from "node:tty";

/** Asks without showing the answer; undefined: nobody is there to be asked. */
export function askerOf(signal: AbortSignal): ((prompt: string) => Promise<string>) | undefined {
  if (!isatty(0)) return undefined;
  return async (prompt) => {
    // Loaded where it is needed.
    const { askHidden } = await import("../../util/ask-hidden.ts");
    return askHidden(prompt, { input: process.stdin, output: process.stderr, signal });
  };
}
