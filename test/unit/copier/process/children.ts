// Starts child.ts and hears what it says.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

export interface Child {
  readonly pid: number;
  /** The next line it says; undefined when it has ended. */
  line(): Promise<string | undefined>;
  send(signal: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

export function startChild(t: Pick<TestContext, "after">, ...args: readonly string[]): Child {
  const script = fileURLToPath(new URL("child.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), script, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  t.after(() => child.kill("SIGKILL"));
  return {
    pid: child.pid!,
    line: async () => {
      const next = await lines.next();
      return next.done === true ? undefined : next.value;
    },
    send: (signal) => child.kill(signal),
    ended: once(child, "exit").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null),
  };
}
