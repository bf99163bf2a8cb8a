// Sends a message through a command line: what the command reads, prints, and says when it fails.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { ProcessTree } from "../../credentials/process-tree.ts";
import { interrupted } from "../../model/errors.ts";
import { parseCommand, programName } from "../../util/command-line.ts";
import { excerpt, oneLine } from "../../util/printable.ts";

/** Of what a command says on its error output, the beginning is kept. */
const maxComplaint = 2_000;
/** Nobody wants a message that is so much larger; a command that prints for ever ends here. */
const mostOctets = (input: Buffer): number => 4 * input.length + (100 << 20);
/** For processes that a command leaves behind, which keep its output open. */
const lingeringMs = 5_000;

export interface FilterRequest {
  readonly option: string;
  readonly command: string;
  readonly input: Buffer;
  /** Ends the command, and those that it has started. */
  readonly signal?: AbortSignal | undefined;
}

/** The command did not do its work. The message is one line, which names the option and the program. */
export class FilterFailed extends Error {}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

interface End {
  readonly status: number | null;
  readonly killer: NodeJS.Signals | null;
  /** Why it did not even start. */
  readonly error?: NodeJS.ErrnoException;
}

/**
 * What the command prints.
 * @throws FilterFailed when it cannot be started, fails, or prints nothing; InterimapError INTERRUPTED
 */
export async function filter(request: FilterRequest): Promise<Buffer> {
  const { command, input, signal } = request;
  if (isAborted(signal)) throw interrupted();
  const { file, args } = parseCommand(command);
  // It has a process group, so that all of it can be ended, and a Ctrl-C is for us alone.
  const child = spawn(file, args, { detached: true, stdio: ["pipe", "pipe", "pipe"] });
  const tree = child.pid === undefined ? undefined : new ProcessTree(child.pid, true);
  const kill = (): void => tree?.signal("SIGKILL");
  endWithUs(kill);
  signal?.addEventListener("abort", kill, { once: true });
  try {
    const complaint = collect(child.stderr, maxComplaint);
    let isTooMuch = false;
    const output = collect(child.stdout, mostOctets(input), () => {
      isTooMuch = true;
      kill();
    });
    // Both ends at once: it may print before it has read all, or read only a part.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    const end = await ended(child, kill);
    if (isAborted(signal)) throw interrupted();
    const problem = isTooMuch ? "prints without end" : whatFailed(end, output().length);
    if (problem === undefined) return output();
    const words = oneLine(complaint().toString("utf8"));
    throw new FilterFailed(
      `${request.option}: ${nameOf(command)} ${problem}${words === "" ? "" : `: ${excerpt(words)}`}`,
    );
  } finally {
    signal?.removeEventListener("abort", kill);
    running.delete(kill);
  }
}

/** In a function of its own: it changes while we wait, which the compiler does not expect. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

const running = new Set<() => void>();

function endWithUs(kill: () => void): void {
  if (!process.listeners("exit").includes(killAll)) process.once("exit", killAll);
  running.add(kill);
}

function killAll(): void {
  for (const kill of running) kill();
}

function collect(stream: Readable, most: number, onMore?: () => void): () => Buffer {
  const pieces: Buffer[] = [];
  let length = 0;
  stream.on("data", (piece: Buffer) => {
    length += piece.length;
    if (length <= most) pieces.push(piece);
    else onMore?.();
  });
  stream.on("error", () => undefined);
  return () => Buffer.concat(pieces);
}

function ended(child: Child, kill: () => void): Promise<End> {
  return new Promise((resolve) => {
    let lingering: NodeJS.Timeout | undefined;
    child.once("error", (error: NodeJS.ErrnoException) => {
      resolve({ status: null, killer: null, error });
    });
    child.once("exit", () => {
      lingering = setTimeout(kill, lingeringMs);
    });
    child.once("close", (status, killer) => {
      clearTimeout(lingering);
      resolve({ status, killer });
    });
  });
}

function whatFailed({ status, killer, error }: End, octets: number): string | undefined {
  if (error !== undefined) {
    const reasons: Readonly<Record<string, string>> = { ENOENT: "not found", EACCES: "not executable" };
    return `cannot be started: ${reasons[error.code ?? ""] ?? error.code ?? error.message}`;
  }
  if (killer !== null) return `was killed by ${killer}`;
  if (status !== 0) return `exited with status ${String(status)}`;
  return octets === 0 ? "printed nothing" : undefined;
}

/** The words behind the program may be secret. */
function nameOf(command: string): string {
  const name = programName(command);
  return name === undefined ? "the command" : excerpt(name);
}
