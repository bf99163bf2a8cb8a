// Starts child.ts and talks to it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

export interface Child {
  readonly pid: number;
  /** The next line it prints. */
  line(): Promise<string>;
  /** All lines it printed that were not asked for; kills it first. */
  kill(): Promise<string[]>;
  /** The signal that ended it, or null. */
  ended(): Promise<NodeJS.Signals | null>;
}

export function startChild(t: Pick<TestContext, "after">, command: string, path: string): Child {
  const script = fileURLToPath(new URL("child.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, command, path], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exit = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  t.after(() => child.kill("SIGKILL"));
  return {
    pid: child.pid!,
    async line() {
      const next = await lines.next();
      if (next.done === true) throw new Error(`the child process "${command}" ended`);
      return next.value;
    },
    async kill() {
      child.kill("SIGKILL");
      await exit;
      const rest: string[] = [];
      for (let next = await lines.next(); next.done !== true; next = await lines.next()) rest.push(next.value);
      return rest;
    },
    async ended() {
      return (await exit)[1];
    },
  };
}
