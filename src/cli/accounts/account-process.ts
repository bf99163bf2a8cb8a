// A process of this program for one account.

import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import type { ExitCode } from "../../model/exit-code.ts";
import { exitCodeOf } from "./worst-code.ts";

export interface AccountProcessOptions {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Without its end. */
  readonly onLine: (line: string, output: "stdout" | "stderr") => void;
  /** Hears how far it is; undefined: nobody wants to know. */
  readonly onProgress: ((text: string) => void) | undefined;
}

export interface AccountEnd {
  readonly code: ExitCode;
  /** What ended it, if it did not end by itself. */
  readonly killer: NodeJS.Signals | undefined;
}

export interface AccountProcess {
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Never rejects. All lines have been handed on by then. */
  readonly ended: Promise<AccountEnd>;
}

/**
 * It has a session of its own: Ctrl-C reaches it through us, once. So it has no terminal to ask on, where several would ask at
 * the same time.
 */
export function startAccount({ args, env, onLine, onProgress }: AccountProcessOptions): AccountProcess {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? "", ...args], {
    stdio: ["ignore", "pipe", "pipe", ...(onProgress === undefined ? [] : ["ipc" as const])],
    detached: true,
    env,
  });
  for (const output of ["stdout", "stderr"] as const)
    // Both are pipes.
    eachLine(child[output]!, (line) => {
      onLine(line, output);
    });
  child.on("message", (message) => {
    if (typeof message === "string") onProgress?.(message);
  });
  const ended = new Promise<AccountEnd>((resolve) => {
    child.once("error", (error) => {
      onLine(error.message, "stderr");
      if (child.pid === undefined) resolve({ code: exitCodeOf(null), killer: undefined });
    });
    child.once("close", (code, killer) => {
      resolve({ code: exitCodeOf(code), killer: killer ?? undefined });
    });
  });
  return { kill: (signal) => void child.kill(signal), ended };
}

function eachLine(stream: Readable, take: (line: string) => void): void {
  let begun = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (begun + text).split("\n");
    begun = lines.pop() ?? "";
    lines.forEach(take);
  });
  stream.on("end", () => {
    if (begun !== "") take(begun);
  });
}
