// The figures of bench/latency.ts, in a short form.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const script = fileURLToPath(new URL("../latency.ts", import.meta.url));

export async function latencyFigures(changes: number): Promise<string[]> {
  const args = ["--import", import.meta.resolve("tsx"), script, "--changes", String(changes)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.replace(/ {2,}/, ": "));
}
