// What a usual run of each program is told, between two servers on this machine.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostOptions, hostSettings } from "../../src/fleet/accounts/host-options.ts";
import type { JobSpec } from "../../src/job/job-spec.ts";
import { type PerSide, sides } from "../../src/model/side.ts";

export interface UsualRun {
  readonly args: readonly string[];
  /** What it reads from file descriptor 3. */
  readonly job?: JobSpec;
}

/** It may keep files in the directory, which is its HOME. The servers take any user and password. */
export type MakeUsualRun = (directory: string, ports: PerSide<number>) => UsualRun;

const inClear = ["--notls1", "--notls2"];

const anywhere = {
  secrets: { password1: "x", password2: "x" },
  limits: { octets: undefined, seconds: undefined },
  targets: { allowsPrivate: true, ports: undefined },
};

/** By the names of the programs. */
export const usualRuns: ReadonlyMap<string, MakeUsualRun> = new Map<string, MakeUsualRun>([
  ["interimap", interimapRun],
  ["imapsync", imapsyncRun],
  ["imapsync-job", copyJob],
  ["interimap-job", syncJob],
]);

function interimapRun(directory: string, ports: PerSide<number>): UsualRun {
  configure(directory, ports);
  return { args: ["--quiet"] };
}

function imapsyncRun(_: string, ports: PerSide<number>): UsualRun {
  return { args: [...hostOptions(hostsAt(ports)), "--password1=x", "--password2=x", ...inClear, "--nolog"] };
}

function copyJob(directory: string, ports: PerSide<number>): UsualRun {
  const options = [...hostOptions(hostsAt(ports)), ...inClear, "--nolog", `--state=${join(directory, "state.db")}`];
  return { args: [], job: { engine: "copy", options, ...anywhere } };
}

function syncJob(directory: string, ports: PerSide<number>): UsualRun {
  const settings = [...hostSettings(hostsAt(ports)), "type1=imap", "type2=imap", "STARTTLS1=NO", "STARTTLS2=NO"];
  const database = join(directory, "pair.db");
  const job = { engine: "sync", settings, database, mayBeOlder: false, allowsMassDelete: false, ...anywhere } as const;
  return { args: [], job };
}

function hostsAt(ports: PerSide<number>): Parameters<typeof hostOptions>[0] {
  return { hosts: sides.map((side) => ({ host: "127.0.0.1", port: ports[side], user: side })) };
}

function configure(directory: string, ports: PerSide<number>): void {
  const sections = sides.map((side) => {
    const settings = {
      type: "imap",
      host: "127.0.0.1",
      port: ports[side],
      STARTTLS: "NO",
      username: side,
      password: "x",
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${String(value)}`);
    return [`[${side}]`, ...lines, ""].join("\n");
  });
  const place = join(directory, ".config/interimap");
  mkdirSync(place, { recursive: true, mode: 0o700 });
  writeFileSync(join(place, "config"), `database = build.db\n\n${sections.join("\n")}`, { mode: 0o600 });
}
