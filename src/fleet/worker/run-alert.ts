// Runs an administrator's command with a line at its standard input.

import { spawn } from "node:child_process";
import { parseCommand } from "../../util/command-line.ts";

export interface AlertRun {
  /** Why it failed, in words; undefined: it did not. Never rejects. */
  readonly ended: Promise<string | undefined>;
}

const mostMs = 60_000;

export function runAlert(command: string, line: string): AlertRun {
  const { file, args } = parseCommand(command);
  const child = spawn(file, args, { stdio: ["pipe", "ignore", "ignore"] });
  const limit = setTimeout(() => child.kill("SIGKILL"), mostMs);
  const ended = new Promise<string | undefined>((resolve) => {
    child.on("error", ({ message }) => resolve(message));
    child.on("exit", (code, signal) => {
      resolve(code === 0 ? undefined : signal === null ? `exit code ${String(code)}` : `it was ended by ${signal}`);
    });
  }).finally(() => {
    clearTimeout(limit);
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(line);
  return { ended };
}
