// Runs the program under the eyes of steps.ts.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { patienceMs } from "../support/eventually.ts";
import { homeEnvironment, interimapCommand, type InterimapHome, type RunResult } from "../support/run-interimap.ts";
import { whenProcessEnds } from "../support/scratch.ts";
import type { Steps } from "./steps.ts";

/** PROGRAM=original puts the original program to the test, without a look at its commits. */
export const isOriginal = process.env["PROGRAM"] === "original";

/** `onCommit` is called after each commit to the database, while the program stands still. */
// eslint-disable-next-line @typescript-eslint/max-params -- the last one is for a few
export async function runProgram(
  home: InterimapHome,
  steps: Steps,
  args: readonly string[],
  onCommit?: () => void,
): Promise<RunResult> {
  const [program, ...first] = commandLine() as [string, ...string[]];
  const child = spawn(program, [...first, ...args], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    cwd: home.directory,
    env: { ...process.env, ...homeEnvironment(home) },
  });
  steps.watch(child, onCommit);
  const forget = whenProcessEnds(() => child.kill("SIGKILL"));
  const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]!.setEncoding("utf8").on("data", (text: string) => (output[name] += text));
  }
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (status, signal) => resolve({ status, signal, ...output }));
    });
  } finally {
    clearTimeout(timer);
    forget();
  }
}

/** The program, without anything that watches it. */
export function plainCommand(): string[] {
  return isOriginal ? ["/usr/bin/interimap"] : interimapCommand();
}

function commandLine(): string[] {
  const [program, ...rest] = plainCommand() as [string, ...string[]];
  if (isOriginal) return [program];
  return [program, "--require", fileURLToPath(new URL("announce-commits.cjs", import.meta.url)), ...rest];
}
