// Has a process of its own do a job, and hears what it says.

import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { Secrets } from "../log/secrets.ts";
import { printable } from "../util/printable.ts";
import { boundedLines } from "./bounded-lines.ts";
import type { JobMessage, JobResult } from "./job-message.ts";
import type { JobSpec } from "./job-spec.ts";
import type { HeldUntil } from "./lease-clock.ts";
import { parseMessage } from "./parse-message.ts";
import { workerFile } from "./worker-file.ts";

export interface JobOptions {
  /** Called for one message after the other: the next one waits until this one's promise resolves, and so, soon, does the job. */
  readonly onMessage: (message: JobMessage) => void | Promise<void>;
  /** How long `kill()` waits after SIGTERM, and a process that has said its last word before it is ended; 10 s unless told. */
  readonly graceMs?: number;
  /** The program of the process; for tests. */
  readonly worker?: string;
  /** The Node.js that runs it; this one unless told. */
  readonly node?: string;
}

export interface RunningJob {
  /** Undefined: it could not be started. */
  readonly pid: number | undefined;
  /** Has it finish the message in hand, sum up, and end. */
  readonly abort: () => void;
  /** As `abort()`, and ends the process for good after the grace time. */
  readonly kill: () => void;
  /** Of a job that has one: its lease was renewed or, where the moment is past, lost. */
  readonly renew: (heldUntil: HeldUntil) => void;
  /** Never rejects. All messages have been handed on by then, and the process is gone. */
  readonly ended: Promise<JobEnd>;
}

export type JobEnd =
  | { readonly how: "by itself"; readonly result: JobResult }
  /** It did not say that it was done: it was killed, or something is wrong with it. */
  | {
      readonly how: "crash";
      readonly exitCode: number | undefined;
      readonly signal: NodeJS.Signals | undefined;
      /** The last that it said on its error output, or what went wrong with it; without secrets. */
      readonly words: string;
    };

const defaultGraceMs = 10_000;
/** A line of a job is far shorter. */
const mostOctetsInLine = 1 << 20;
const mostLastWords = 4096;

/** The process has nothing of this one's environment but what it takes to find programs, authorities and words. */
const inherited = /^(?:PATH|TZ|LANG|LC_\w+|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR))$/;

export function runJob(spec: JobSpec, options: JobOptions): RunningJob {
  const { onMessage, graceMs = defaultGraceMs, worker = workerFile(spec.engine), node = process.execPath } = options;
  let child: ChildProcess;
  try {
    child = spawn(node, [worker], {
      cwd: "/",
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => inherited.test(name))),
      // Its end of the first one shows it that this process is gone.
      stdio: ["pipe", "pipe", "pipe", "pipe"],
    });
  } catch (error) {
    const crash: JobEnd = { how: "crash", exitCode: undefined, signal: undefined, words: wordsOf(error) };
    const nothing = (): void => undefined;
    return { pid: undefined, abort: nothing, kill: nothing, renew: nothing, ended: Promise.resolve(crash) };
  }
  sendTo(child.stdin!, undefined);
  sendTo(child.stdio[3] as Writable, JSON.stringify(spec));
  const timers = new Set<NodeJS.Timeout>();
  const killLater = (): void => {
    timers.add(setTimeout(() => child.kill("SIGKILL"), graceMs));
  };
  const ended = attend(child, { onMessage, onLast: killLater, secrets: secretsOf(spec) }).finally(() => {
    for (const timer of timers) clearTimeout(timer);
  });
  const abort = (): void => void child.kill("SIGTERM");
  const kill = (): void => {
    abort();
    killLater();
  };
  const renew = (heldUntil: HeldUntil): void => {
    if (child.stdin?.writable === true) child.stdin.write(`${JSON.stringify(heldUntil)}\n`);
  };
  return { pid: child.pid, abort, kill, renew, ended };
}

function secretsOf({ secrets: { password1, password2 } }: JobSpec): Secrets {
  const secrets = new Secrets();
  secrets.add(password1);
  secrets.add(password2);
  return secrets;
}

/** A process that has gone does not read. */
function sendTo(stream: Writable, text: string | undefined): void {
  stream.on("error", () => undefined);
  if (text !== undefined) stream.end(text);
}

interface Attending extends Pick<JobOptions, "onMessage"> {
  readonly onLast: () => void;
  readonly secrets: Secrets;
}

interface Exit {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** It was not even started. */
  readonly fault?: string;
}

async function attend(child: ChildProcess, { onMessage, onLast, secrets }: Attending): Promise<JobEnd> {
  const exit = exitOf(child);
  const lastWords = lastOf(child.stderr!);
  let result: JobResult | undefined;
  let fault: string | undefined;
  try {
    for await (const line of boundedLines(child.stdout!, mostOctetsInLine)) {
      const message = parseMessage(line);
      if (message.type === "ended") {
        const { type: _, ...rest } = message;
        result = rest;
        onLast();
      }
      await onMessage(message);
    }
  } catch (error) {
    fault = wordsOf(error);
    child.kill("SIGKILL");
  }
  const { exitCode, signal, fault: startFault } = await exit;
  if (result !== undefined && fault === undefined) return { how: "by itself", result };
  const said = [fault ?? startFault, lastWords()].filter((words) => words !== undefined && words !== "");
  return { how: "crash", exitCode, signal, words: printableLines(secrets.blank(said.join("\n"))) };
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      if (child.pid === undefined) resolve({ exitCode: undefined, signal: undefined, fault: wordsOf(error) });
    });
    child.once("close", (code: number | null, signal: NodeJS.Signals | null) => {
      resolve({ exitCode: code ?? undefined, signal: signal ?? undefined });
    });
  });
}

function lastOf(stream: Readable): () => string {
  let last = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    last = (last + text).slice(-mostLastWords);
  });
  stream.on("error", () => undefined);
  return () => last.trim();
}

function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
