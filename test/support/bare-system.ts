// A Debian without anything, in a directory: what is not in it, a package must bring along. Needs root and debootstrap.

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { scratchDirectory } from "./scratch.ts";

export interface BareSystem {
  readonly root: string;
  /** As root, or as alice, who has an empty home. Throws with the output if the command fails. */
  readonly run: (command: string, user?: "alice") => string;
  /** As root; what it printed, also if it failed. */
  readonly attempt: (command: string) => string;
  /** Puts a file of this machine into /root; gives its path in the system. */
  readonly bring: (file: string) => string;
}

/** `suite`: of Debian. Nothing in it starts a service. */
export function makeBareSystem(suite: string): BareSystem {
  const root = scratchDirectory("bare");
  execFileSync("debootstrap", ["--variant=minbase", suite, root], { stdio: ["ignore", "ignore", "inherit"] });
  // Made for its owner only, which alice is not.
  chmodSync(root, 0o755);
  const policy = join(root, "usr/sbin/policy-rc.d");
  writeFileSync(policy, "#!/bin/sh\nexit 101\n");
  chmodSync(policy, 0o755);
  const attempt = (command: string) => {
    // Its own processes and its own /proc; both are gone when the command ends.
    const own = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", `--root=${root}`, "--wd=/root"];
    const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    const clean = ["env", "-i", path, "HOME=/root", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"];
    return spawnSync("unshare", [...own, ...clean, "sh", "-c", `${command} 2>&1`], { encoding: "utf8" });
  };
  const run = (command: string, user?: "alice"): string => {
    const asUser = user === undefined ? command : `su --login ${user} --command ${quoted(command)}`;
    const { status, stdout } = attempt(asUser);
    if (status !== 0) throw new Error(`${command}\nended with ${String(status)}:\n${stdout}`);
    return stdout;
  };
  run("useradd --create-home alice");
  return {
    root,
    run,
    attempt: (command) => attempt(command).stdout,
    bring(file) {
      const place = join("/root", basename(file));
      cpSync(file, join(root, place));
      return place;
    },
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
