// Runs of the built command that share a process, one after the other: Node's own start takes longer than most of them. What is
// about the process itself, such as signals and what Node reads at its start, needs one of its own: startInterimap().

import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { whenProcessEnds } from "./scratch.ts";

export interface RepeatedRun {
  /** The program, behind what is to be loaded before it. */
  readonly files: readonly string[];
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
}

export interface RunResult {
  /** Null when a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const script = fileURLToPath(new URL("repeated-command.cjs", import.meta.url));

/** What the process keeps of each of them adds up. */
const mostRuns = 50;

const outputs = ["stdout", "stderr"] as const;

/** Behind what a run said, on either output. */
const ended = /\0ended (\d+)\0$/;

const idle: Host[] = [];

/** The process is killed after so long. */
export async function runRepeated(run: RepeatedRun, timeoutMs: number): Promise<RunResult> {
  const host = idle.pop() ?? new Host(run.environment);
  const result = await host.run(run, timeoutMs);
  if (host.isFit) idle.push(host);
  else host.dismiss();
  return result;
}

class Host {
  readonly #child: ChildProcess;
  readonly #said = { stdout: "", stderr: "" };
  /** The process ended, too. */
  readonly #closed: Promise<RunResult>;
  #onOutput = (): void => undefined;
  #runs = 0;

  /** Its environment is that of its first run. */
  constructor(env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, [script], {
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      env,
    });
    const forget = whenProcessEnds(() => this.#child.kill("SIGKILL"));
    for (const name of outputs) {
      this.#child[name]!.setEncoding("utf8").on("data", (text: string) => {
        this.#said[name] += text;
        this.#onOutput();
      });
    }
    // It may have died.
    this.#orders.on("error", () => undefined);
    this.#closed = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (status, signal) => {
        forget();
        resolve({ status, signal, ...this.#said });
      });
    });
  }

  get #orders(): Writable {
    return this.#child.stdio[3] as Writable;
  }

  /** Whether it can run something more. */
  get isFit(): boolean {
    return this.#runs < mostRuns && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async run(run: RepeatedRun, timeoutMs: number): Promise<RunResult> {
    this.#runs++;
    this.#said.stdout = this.#said.stderr = "";
    this.#keepsUsWaiting(true);
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), timeoutMs);
    const done = new Promise<RunResult>((resolve) => {
      this.#onOutput = () => {
        const { stdout, stderr } = this.#said;
        if (!stdout.endsWith("\0") || !stderr.endsWith("\0")) return;
        const status = ended.exec(stdout)?.[1];
        if (status === undefined || !ended.test(stderr)) return;
        resolve({
          status: Number(status),
          signal: null,
          stdout: stdout.replace(ended, ""),
          stderr: stderr.replace(ended, ""),
        });
      };
    });
    this.#orders.write(`${JSON.stringify(run)}\n`);
    try {
      return await Promise.race([done, this.#closed]);
    } finally {
      clearTimeout(timer);
      this.#keepsUsWaiting(false);
    }
  }

  dismiss(): void {
    this.#orders.end();
  }

  #keepsUsWaiting(does: boolean): void {
    const all = [this.#child, ...outputs.map((name) => this.#child[name] as Socket), this.#orders as Socket];
    for (const one of all) one[does ? "ref" : "unref"]();
  }
}
