// What the figures were measured on.

import { execFileSync, spawnSync } from "node:child_process";
import { cpus, loadavg, release, totalmem } from "node:os";

export function machine() {
  return {
    cores: cpus().length,
    model: cpus()[0]?.model.trim() ?? "unknown",
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: release(),
  };
}

export function versions() {
  return {
    original: packageVersion("interimap"),
    isync: packageVersion("isync"),
    Dovecot: packageVersion("dovecot-imapd"),
    "Node.js": process.versions.node,
  };
}

export function loadPerCore(): number {
  return (loadavg()[0] ?? 0) / cpus().length;
}

/** With a + when what is shipped differs from it. */
export function commit(): string {
  const git = (...args: readonly string[]): string => execFileSync("git", args, { encoding: "utf8" }).trim();
  return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "src", "migrations") === "" ? "" : "+");
}

function packageVersion(name: string): string {
  const { stdout } = spawnSync("dpkg-query", ["-W", "-f", "${Version}", name], { encoding: "utf8" });
  return stdout;
}
