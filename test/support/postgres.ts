// A throw-away PostgreSQL: on a socket in its own directory, without a network, and without waiting for disks.
// It does not run as root. Where the tests do, it runs as nobody.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { findServer, programIn } from "../../scripts/lib/unpacked-servers.ts";
import { eventually } from "./eventually.ts";
import { removeScratch, scratchDirectory, whenProcessEnds } from "./scratch.ts";

export interface Postgres {
  /** For `--database`. */
  readonly url: string;
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** As after a crash: nothing is written down in order. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const nobody = 65_534;

export async function startPostgres(): Promise<Postgres> {
  const directory = scratchDirectory("postgres");
  const data = join(directory, "data");
  mkdirSync(data, { mode: 0o700 });
  chmodSync(directory, 0o711);
  const isRoot = process.getuid?.() === 0;
  const socket = join(directory, "socket");
  mkdirSync(socket);
  if (isRoot) for (const path of [data, socket]) chownSync(path, nobody, nobody);
  const identity = isRoot ? [`--reuid=${String(nobody)}`, `--regid=${String(nobody)}`, "--clear-groups"] : [];
  const bin = programsDirectory();
  execFileSync(
    "setpriv",
    [...identity, "--", join(bin, "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8"].concat([
      "--no-locale",
      "--no-sync",
    ]),
    { stdio: "ignore", cwd: "/" },
  );
  const url = `postgresql://postgres@/postgres?host=${encodeURIComponent(socket)}`;
  let server = await start();
  const forget = whenProcessEnds(() => server.kill("SIGKILL"));
  return {
    url,
    query: (text, values) => asking(url, text, values),
    restart: async () => {
      await end("SIGQUIT");
      server = await start();
    },
    stop: async () => {
      await end("SIGQUIT");
      forget();
      removeScratch(directory);
    },
  };

  async function start(): Promise<ChildProcess> {
    const log = openSync(join(directory, "postgres.log"), "a");
    const settings = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "jit=off"];
    const options = ["-D", data, "-k", socket, ...settings.flatMap((setting) => ["-c", setting])];
    const child = spawn("setpriv", ["--pdeathsig", "QUIT", ...identity, "--", join(bin, "postgres"), ...options], {
      ...{ stdio: ["ignore", log, log], cwd: "/" },
    });
    closeSync(log);
    await eventually("PostgreSQL answers", () =>
      asking(url, "select 1").then(
        () => true,
        () => false,
      ),
    );
    return child;
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    server.kill(signal);
    await ended;
  }
}

/** Of initdb(1) and postgres(1). */
export function programsDirectory(): string {
  const postgres = programIn(findServer("postgresql") ?? "/", "postgresql");
  if (postgres === undefined)
    throw new Error("PostgreSQL is missing: run npx tsx scripts/install-packages.ts postgresql");
  return dirname(postgres);
}

async function asking<Row>(url: string, text: string, values: readonly unknown[] = []): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  // The server may go while it is asked.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows as Row[];
  } finally {
    await client.end();
  }
}
