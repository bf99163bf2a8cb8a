// A child process that speaks IMAP on its standard input and output.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { Duplex, type Readable, type Writable } from "node:stream";
import { InterimapError } from "../../model/errors.ts";
import { parseCommand, type Program, programName } from "../../util/command-line.ts";
import { readIntoBlocks } from "./read-into-blocks.ts";
import type { Transport } from "./transport.ts";

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** How long the end of the output waits for the exit status that explains it, in ms. */
const statusDelayMs = 250;
/** After its input was closed, how long the command has to end by itself, and then after SIGTERM, in ms. */
const patienceMs = 1_000;

/** Throws TUNNEL when the command cannot be started. One that starts and then fails shows in stream and epitaph. */
export async function openTunnel(command: string, discardStderr: boolean): Promise<Transport> {
  const program = programName(command);
  const name = `the tunnel command${program === undefined ? "" : ` ${program}`}`;
  const child = await start(parseCommand(command), discardStderr).catch((cause: unknown) => {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    const reason = code === "ENOENT" ? "not found" : code === "EACCES" ? "not executable" : String(code);
    throw new InterimapError("TUNNEL", `${name} cannot be started: ${reason}`, { hint: "check the command setting" });
  });
  const stream = new TunnelStream(child, name);
  stream.on("error", () => {});
  return { stream, secure: true, epitaph: () => stream.epitaph, abort: () => signalGroup(child, "SIGKILL") };
}

async function start({ file, args }: Program, discardStderr: boolean): Promise<Child> {
  // Each pipe is a socket pair. A session of its own: Ctrl-C is for us, who then end the work in hand in good order, and
  // all processes of the command can be signalled together.
  const child = spawn(file, args, { stdio: ["pipe", "pipe", discardStderr ? "ignore" : "inherit"], detached: true });
  await once(child, "spawn");
  return child;
}

class TunnelStream extends Duplex {
  readonly #child: Child;
  readonly #name: string;

  constructor(child: Child, name: string) {
    super({ allowHalfOpen: false });
    this.#child = child;
    this.#name = name;
    // Its pipes keep us running as long as they are open; the process itself must not.
    child.unref();
    running.add(child);
    child.once("exit", () => running.delete(child));
    if (child.stdout instanceof Socket) readIntoBlocks(child.stdout);
    child.stdout.on("data", (bytes: Buffer) => {
      if (!this.push(bytes)) child.stdout.pause();
    });
    child.stdout.pause();
    child.stdout.once("end", () => this.#afterExit(() => this.push(null)));
    child.stdout.on("error", (error) => this.destroy(error));
    // Each write's callback tells as well.
    child.stdin.on("error", () => {});
  }

  /** How the command ended, as a sentence without the full stop; undefined while it runs. */
  get epitaph(): string | undefined {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null) return `${this.#name} exited with status ${exitCode}`;
    return signalCode === null ? undefined : `${this.#name} was killed by ${signalCode}`;
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(bytes, (error) => this.#written(error, done));
  }

  override _writev(chunks: readonly { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    const { stdin } = this.#child;
    stdin.cork();
    chunks.forEach(({ chunk }, index) => {
      if (index < chunks.length - 1) stdin.write(chunk);
      else stdin.write(chunk, (error) => this.#written(error, done));
    });
    stdin.uncork();
  }

  override _final(done: (error?: Error | null) => void): void {
    // A destroyed stream would never call back.
    if (this.#child.stdin.destroyed) done();
    else this.#child.stdin.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.stdin.destroy();
    this.#child.stdout.destroy();
    dismiss(this.#child);
    done(error);
  }

  #written(error: Error | null | undefined, done: (error?: Error | null) => void): void {
    if (error === null || error === undefined) return done();
    this.#afterExit(() => {
      done(new InterimapError("TUNNEL", this.epitaph ?? `${this.#name} stopped reading`, { cause: error }));
    });
  }

  /** Lets the exit status be known first, if it comes soon. */
  #afterExit(then: () => void): void {
    if (this.epitaph !== undefined) return then();
    const proceed = (): void => {
      clearTimeout(timer);
      this.#child.off("exit", proceed);
      then();
    };
    const timer = setTimeout(proceed, statusDelayMs);
    this.#child.once("exit", proceed);
  }
}

/** Commands that must not outlive us, however we end. */
const running = new Set<Child>();
process.on("exit", () => running.forEach((child) => signalGroup(child, "SIGTERM")));

/** Its input is closed, which asks it to end. The timers do not keep us running: see above. */
function dismiss(child: Child): void {
  const timers = (["SIGTERM", "SIGKILL"] as const).map((signal, index) =>
    setTimeout(() => signalGroup(child, signal), patienceMs * (index + 1)).unref(),
  );
  child.once("exit", () => timers.forEach(clearTimeout));
}

function signalGroup({ pid, exitCode, signalCode }: Child, signal: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It ended just now.
  }
}
