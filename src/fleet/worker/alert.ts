// Tells an administrator's command of accounts that need somebody.

import { spawn } from "node:child_process";
import type { Log } from "../../log/log.ts";
import { parseCommand } from "../../util/command-line.ts";

export interface Alert {
  readonly account: string;
  readonly phase: string;
  readonly status: string;
  readonly kind: string;
  readonly reason: string;
}

/** The command gets an alert as one line of JSON at its standard input. Without a command, there is only the log. */
export function alertBy(command: string | undefined, log: Pick<Log, "warn">): (alert: Alert) => void {
  if (command === undefined) return () => undefined;
  const { file, args } = parseCommand(command);
  return (alert) => {
    const child = spawn(file, args, { stdio: ["pipe", "ignore", "ignore"] });
    child.on("error", (error) => log.warn(`The alert command cannot be run: ${error.message}`));
    child.on("exit", (code) => {
      if (code !== 0) log.warn("The alert command failed");
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(`${JSON.stringify(alert)}\n`);
  };
}
