// A process and those that it started. Where it has a process group of its own, that is told from us; one that may ask
// questions on the terminal shares ours, and is followed through /proc.

import { readdirSync, readFileSync } from "node:fs";

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Since the system's start: a number that is used again belongs to another process. */
  readonly started: string;
}

export class ProcessTree {
  readonly #root: number;
  readonly #isGroup: boolean;
  readonly #known = new Map<number, string>();

  /** `isGroup`: all of its processes are in a group that has its number. */
  constructor(root: number, isGroup: boolean) {
    this.#root = root;
    this.#isGroup = isGroup;
  }

  /** Those that were met once are met again, even if who started them has ended meanwhile. */
  signal(signal: NodeJS.Signals): void {
    if (this.#isGroup) send(-this.#root, signal);
    else for (const pid of this.#members()) send(pid, signal);
  }

  #members(): readonly number[] {
    const all = processes();
    if (all.length === 0) return [this.#root];
    for (const { pid, started } of all) if (pid === this.#root) this.#known.set(pid, started);
    for (let size = -1; size !== this.#known.size;) {
      size = this.#known.size;
      for (const { pid, parent, started } of all) if (this.#known.has(parent)) this.#known.set(pid, started);
    }
    return all.filter(({ pid, started }) => this.#known.get(pid) === started).map(({ pid }) => pid);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended just now.
  }
}

/** proc_pid_stat(5); nothing where there is no such thing. */
function processes(): readonly Process[] {
  try {
    return readdirSync("/proc").flatMap((name) => {
      const pid = Number(name);
      return Number.isInteger(pid) ? look(pid) : [];
    });
  } catch {
    return [];
  }
}

function look(pid: number): Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return [{ pid, parent: Number(fields[1]), started: fields[19] ?? "" }];
  } catch {
    return [];
  }
}
