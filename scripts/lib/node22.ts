// Node.js 22, which the program for fleets needs, beside the one that runs the tests.

import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheDirectory } from "./unpacked-servers.ts";

const version = "22.23.3";

/** The program; undefined: it was not brought yet. */
export function findNode22(): string | undefined {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 12)) return process.execPath;
  return existsSync(program()) ? program() : undefined;
}

/** Brings it as a package of npm. */
export function ensureNode22(): void {
  if (findNode22() !== undefined) return;
  mkdirSync(dirname(directory()), { recursive: true });
  const work = mkdtempSync(join(dirname(directory()), ".node22-"));
  try {
    const npm = ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", work, `${packageName}@${version}`];
    execFileSync("npm", npm, { stdio: ["ignore", "inherit", "inherit"] });
    // Other users start it, too.
    chmodSync(work, 0o755);
    // Renamed last, so that an interrupted run leaves nothing that looks complete.
    renameSync(work, directory());
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const packageName = `node-linux-${process.arch}`;

function directory(): string {
  return join(cacheDirectory(), `node22-${version}`);
}

function program(): string {
  return join(directory(), "node_modules", packageName, "bin/node");
}
