// `dev`: a database and a worker in a directory, to try a fleet out. Nobody else reaches either.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { makePrivateDirectory } from "../../files/open-safely.ts";
import { InterimapError } from "../../model/errors.ts";
import { shellWord } from "../../util/shell-word.ts";
import type { Invocation } from "../command/options.ts";
import { openDatabase } from "../database/database.ts";
import { openFleet } from "../fleet.ts";
import { makeKeyFile } from "../secrets/key-file.ts";
import { storeKey } from "../secrets/stored-keys.ts";
import { workerCommand, type WorkerSurroundings } from "./worker-command.ts";

const startTries = 150;
const startPauseMs = 200;

/** @throws InterimapError USAGE where there is no PostgreSQL, and what a worker throws */
export async function dev(invocation: Invocation, around: Omit<WorkerSurroundings, "url">): Promise<void> {
  const directory = resolve(invocation.operands[0]!);
  makePrivateDirectory(directory, { recursive: true });
  const postgres = await startPostgres(directory);
  try {
    const url = `postgresql://postgres@/postgres?host=${encodeURIComponent(directory)}`;
    await whenUp(url, postgres);
    const keyFile = join(directory, "fleet.key");
    if (!existsSync(keyFile)) await firstKey(url, keyFile);
    around.log.info(`The database is there. In another terminal: export INTERIMAP_FLEET_DATABASE=${shellWord(url)}`);
    const values: Invocation["values"] = (name) => (name === "key-file" ? [keyFile] : invocation.values(name));
    await workerCommand({ ...invocation, values }, { ...around, url });
  } finally {
    // SIGINT: whoever is connected is sent away, and all is written down.
    postgres.kill("SIGINT");
    if (postgres.exitCode === null && postgres.signalCode === null) await once(postgres, "exit");
  }
}

async function startPostgres(directory: string): Promise<ChildProcess> {
  if (process.getuid?.() === 0)
    throw new InterimapError("USAGE", "PostgreSQL does not run as root", { hint: "start this as another user" });
  const data = join(directory, "database");
  if (!existsSync(join(data, "PG_VERSION"))) {
    const made = spawnSync(
      program("initdb"),
      ["-D", data, "-A", "trust", "-E", "UTF8", "--no-locale", "-U", "postgres"],
      {
        encoding: "utf8",
      },
    );
    if (made.status !== 0)
      throw new InterimapError("DATABASE_CREATE", `initdb failed: ${(made.stderr || String(made.error)).trim()}`);
  }
  const options = ["-D", data, "-k", directory, "-c", "listen_addresses=", "-c", "unix_socket_permissions=0700"];
  const log = openSync(join(directory, "postgres.log"), "a", 0o600);
  const child = spawn(program("postgres"), options, { stdio: ["ignore", log, log], detached: true });
  closeSync(log);
  return child;
}

async function whenUp(url: string, postgres: ChildProcess): Promise<void> {
  const database = openDatabase({ url, application: "interimap-fleet", connections: 1 });
  try {
    for (let tries = 0; ; tries++) {
      try {
        await database.rows("select 1");
        return;
      } catch (error) {
        if (tries === startTries || postgres.exitCode !== null) throw error;
        await pause(startPauseMs);
      }
    }
  } finally {
    await database.close();
  }
}

async function firstKey(url: string, keyFile: string): Promise<void> {
  const fleet = await openFleet({ url, connections: 2, isWorker: false, onError: () => undefined });
  try {
    await storeKey(fleet.database, makeKeyFile(keyFile));
  } finally {
    await fleet.close();
  }
}

/** Debian has them outside the search path, by version. */
function program(name: string): string {
  const versions = "/usr/lib/postgresql";
  const newest = existsSync(versions) ? readdirSync(versions).sort((a, b) => Number(b) - Number(a)) : [];
  const places = [...(process.env["PATH"] ?? "").split(":"), ...newest.map((one) => join(versions, one, "bin"))];
  const found = places.map((place) => join(place, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new InterimapError("USAGE", `there is no ${name}`, { hint: "install PostgreSQL: apt install postgresql" });
}
