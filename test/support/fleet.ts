// A fleet for tests: a database, and its program under the Node.js that it needs.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findNode22 } from "../../scripts/lib/node22.ts";
import type { FleetStatus } from "../../src/fleet/report/gather-status.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import { removeScratch, scratchDirectory, whenProcessEnds } from "./scratch.ts";

export interface CommandEnd {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface FleetWorker {
  readonly process: ChildProcess;
  /** What it said so far. */
  readonly said: () => string;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

export interface TestFleet {
  readonly postgres: Postgres;
  readonly directory: string;
  /** A private key, whose secrets all accounts are sealed for. */
  readonly keyFile: string;
  readonly run: (...args: readonly string[]) => Promise<CommandEnd>;
  /** @throws Error where it does not end well */
  readonly done: (...args: readonly string[]) => Promise<string>;
  readonly status: () => Promise<FleetStatus>;
  readonly worker: (...args: readonly string[]) => FleetWorker;
  /** Works until nothing is due; what the worker said. */
  readonly workOff: (...args: readonly string[]) => Promise<string>;
  /** Writes a file; returns its path. */
  readonly file: (name: string, text: string) => string;
  readonly stop: () => Promise<void>;
}

const program = fileURLToPath(new URL("../../dist/interimap-fleet.js", import.meta.url));
/** Copies run under the Node.js that better-sqlite3 was installed for. */
const underThisNode = ["--node", process.execPath];

export async function startFleet(): Promise<TestFleet> {
  const node = findNode22();
  if (node === undefined) throw new Error("Node.js 22 is missing: run npx tsx scripts/install-packages.ts node22");
  const postgres = await startPostgres();
  const directory = scratchDirectory("fleet");
  const keyFile = join(directory, "fleet.key");
  const env = { ...process.env, INTERIMAP_FLEET_DATABASE: postgres.url };
  const workers = new Set<ChildProcess>();
  const forget = whenProcessEnds(() => {
    for (const worker of workers) worker.kill("SIGKILL");
  });
  const run: TestFleet["run"] = (...args) =>
    new Promise((resolve) => {
      const options = { env, encoding: "utf8", maxBuffer: 1 << 26 } as const;
      execFile(node, [program, ...args], options, (error, stdout, stderr) => {
        const { code } = (error ?? { code: 0 }) as { readonly code?: number | string };
        resolve({ status: typeof code === "number" ? code : -1, stdout, stderr });
      });
    });
  const done: TestFleet["done"] = async (...args) => {
    const { status, stdout, stderr } = await run(...args);
    if (status === 0) return stdout;
    throw new Error(`interimap-fleet ${args.join(" ")}: ${String(status)}\n${stdout}${stderr}`);
  };
  const worker: TestFleet["worker"] = (...args) => {
    const all = [program, "worker", "--key-file", keyFile, "--directory", directory, ...underThisNode, ...args];
    const child = spawn(node, all, { env, stdio: ["ignore", "pipe", "pipe"] });
    workers.add(child);
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
    const ended = new Promise<number | NodeJS.Signals>((resolve) => {
      child.once("close", (code, signal) => {
        workers.delete(child);
        resolve(signal ?? code ?? -1);
      });
    });
    return { process: child, said: () => said, ended };
  };
  await done("keys", "new", keyFile);
  return {
    ...{ postgres, directory, keyFile, run, done, worker },
    status: async () => JSON.parse(await done("status", "--json")) as FleetStatus,
    workOff: async (...args) => {
      const one = worker("--until-idle", ...args);
      const code = await one.ended;
      if (code !== 0) throw new Error(`the worker ended with ${String(code)}\n${one.said()}`);
      return one.said();
    },
    file: (name, text) => {
      const path = join(directory, name);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    },
    stop: async () => {
      for (const one of workers) one.kill("SIGKILL");
      await postgres.stop();
      forget();
      removeScratch(directory);
    },
  };
}
