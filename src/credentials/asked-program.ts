// A running program that is asked for a secret: how it is started, what it prints, and how it is made to end.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { isatty } from "node:tty";
import { parseCommand } from "../util/command-line.ts";
import { maxOctets } from "./first-line.ts";
import { ProcessTree } from "./process-tree.ts";

/** Between SIGTERM, after which a program can put the terminal in order, and SIGKILL. */
const patienceMs = 1_000;
/** Some leave a process behind that keeps the output open. */
const outputDelayMs = 1_000;

export interface ProgramEnd {
  readonly status: number | null;
  readonly killer: NodeJS.Signals | null;
}

export class AskedProgram {
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly #tree: ProcessTree;
  readonly #pieces: Buffer[] = [];
  #length = 0;
  readonly exited: Promise<ProgramEnd>;
  /** It has printed more than {@link maxOctets}. */
  readonly printedTooMuch: Promise<void>;
  readonly #killAtEnd = (): void => {
    this.#tree.signal("SIGKILL");
  };

  /**
   * `mayAsk`: it may put questions to the terminal, if there is one. It then shares our process group, as only that may read
   * from there. Otherwise it has a session of its own, and what it says on its error output is for nobody: that may go to a log.
   * @throws the system's error
   */
  static async start(command: string, mayAsk: boolean): Promise<AskedProgram> {
    const { file, args } = parseCommand(command);
    const isInteractive = mayAsk && hasTerminal();
    const shared = (fd: number): "inherit" | "ignore" => (isInteractive && isatty(fd) ? "inherit" : "ignore");
    const child = spawn(file, args, { stdio: [shared(0), "pipe", shared(2)], detached: !isInteractive });
    await once(child, "spawn");
    return new AskedProgram(child, !isInteractive);
  }

  private constructor(child: ChildProcessByStdio<null, Readable, null>, isGroup: boolean) {
    this.#child = child;
    this.#tree = new ProcessTree(child.pid!, isGroup);
    this.exited = new Promise((resolve) => {
      child.once("exit", (status, killer) => {
        resolve({ status, killer });
      });
    });
    this.printedTooMuch = new Promise((resolve) => {
      child.stdout.on("data", (piece: Buffer) => {
        this.#length += piece.length;
        if (this.#length > maxOctets) resolve();
        else this.#pieces.push(piece);
      });
    });
    child.stdout.on("error", () => undefined);
    process.once("exit", this.#killAtEnd);
  }

  /** What it has printed, when it has exited. */
  async output(): Promise<Buffer> {
    const { stdout } = this.#child;
    process.off("exit", this.#killAtEnd);
    if (!stdout.readableEnded) {
      const enough = new AbortController();
      await Promise.race([
        once(stdout, "close", { signal: enough.signal }),
        pause(outputDelayMs, undefined, { signal: enough.signal }),
      ]);
      enough.abort();
      stdout.destroy();
    }
    return Buffer.concat(this.#pieces);
  }

  /** It ends, and so do those that it started; nobody waits for that. */
  end(): void {
    this.#child.stdout.destroy();
    this.#child.unref();
    this.#tree.signal("SIGTERM");
    setTimeout(() => {
      this.#tree.signal("SIGKILL");
      process.off("exit", this.#killAtEnd);
    }, patienceMs).unref();
  }
}

/** One that is ours to ask on, tty(4). */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r+"));
    return true;
  } catch {
    return false;
  }
}
