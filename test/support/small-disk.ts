// A disk that can be full or read-only at a chosen moment: a tmpfs in a mount namespace of its own. The program is started
// inside of it; the test looks in from outside. It is gone with the process that holds the namespace.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { removeScratch, scratchDirectory } from "./scratch.ts";

export interface SmallDisk {
  /** As the program inside sees it. */
  readonly directory: string;
  /** The same file as the test sees it. */
  outside(path: string): string;
  /** The command line of a program that sees the disk. */
  inside(this: void, command: readonly string[]): string[];
  /** Until nothing more fits, whatever is there already and whoever writes meanwhile. */
  fill(): void;
  makeRoom(): void;
  setReadOnly(isReadOnly: boolean): void;
}

/** Root may not be root everywhere: a container may forbid to mount. Others get a user namespace, if the system has them. */
const namespaces = process.getuid?.() === 0 ? ["--mount"] : ["--user", "--map-root-user", "--mount"];

/** Undefined, and the test skipped, where nobody lets us mount anything and we are not root. */
export async function smallDisk(t: TestContext, { megabytes = 1 } = {}): Promise<SmallDisk | undefined> {
  const directory = scratchDirectory("disk");
  const script = 'mount -t tmpfs -o "size=$2m,mode=0700" tmpfs "$1" && echo mounted && exec cat';
  const holder = spawn("unshare", [...namespaces, "sh", "-c", script, "sh", directory, String(megabytes)], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  t.after(() => {
    holder.kill("SIGKILL");
    removeScratch(directory);
  });
  let complaint = "";
  holder.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  const isMounted = await Promise.race([
    once(holder.stdout, "data").then(() => true),
    once(holder, "close").then(() => false),
  ]);
  if (!isMounted) {
    if (process.getuid?.() === 0) throw new Error(`no disk can be mounted: ${complaint}`);
    t.skip(`no disk can be mounted here without being root: ${complaint.trim()}`);
    return undefined;
  }
  const enter = ["nsenter", `--target=${holder.pid}`, "--mount"];
  const inside = (command: readonly string[]): string[] => [
    ...enter,
    ...(namespaces.length > 1 ? ["--user", "--preserve-credentials"] : []),
    "--",
    ...command,
  ];
  const outside = (path: string): string => `/proc/${holder.pid}/root${path}`;
  const ballast = outside(join(directory, "ballast"));
  return {
    directory,
    outside,
    inside,
    fill: () => fill(ballast),
    makeRoom: () => rmSync(ballast, { force: true }),
    setReadOnly: (isReadOnly) => {
      const option = isReadOnly ? "remount,bind,ro" : "remount,bind,rw";
      const [program, ...words] = inside(["mount", "-o", option, directory]) as [string, ...string[]];
      const { status, stderr } = spawnSync(program, words, { encoding: "utf8" });
      if (status !== 0) throw new Error(`mount -o ${option}: ${stderr}`);
    },
  };
}

/** Makes a file grow until the disk is full. What is free is not asked: it may be less a moment later. */
function fill(path: string): void {
  const piece = Buffer.alloc(65_536);
  const file = openSync(path, "a");
  try {
    // The last write takes what fits of the piece.
    while (fits(file, piece));
  } finally {
    closeSync(file);
  }
}

function fits(file: number, piece: Buffer): boolean {
  try {
    return writeSync(file, piece) > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") return false;
    throw error;
  }
}
