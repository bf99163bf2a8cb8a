// A conversation with whoever sits at the terminal.

import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import type { Dialogue } from "../credentials/oauth/exchange.ts";
import { browserOf } from "../credentials/oauth/open-browser.ts";
import { print } from "../log/print.ts";

/** Ends the conversation when `work` has ended. @throws InterimapError OUTPUT */
export async function inDialogue(
  { env, signal }: { readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
  work: (dialogue: Dialogue) => Promise<void>,
): Promise<void> {
  let printed = Promise.resolve();
  const input = createInterface({ input: process.stdin });
  const say = (...lines: readonly string[]): void => {
    printed = printed.then(() => print(`${lines.join("\n")}\n`));
    printed.catch(() => undefined);
  };
  try {
    const openBrowser = browserOf(env);
    await work({ say, openBrowser, lines: input, pause: (ms) => pause(ms, undefined, { signal }), signal });
    await printed;
  } finally {
    input.close();
    process.stdin.destroy();
  }
}
