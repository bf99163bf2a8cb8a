// Runs imapsync-web as its operator would: a process of its own, with a configuration file and a state directory in a scratch
// folder. Servers of this machine may be reached, on any port, and as
// often as tests do it, unless they say otherwise.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePorts } from "./daemon.ts";
import { removeScratch, scratchDirectory, whenProcessEnds } from "./scratch.ts";

/** Lines of its configuration file; undefined leaves a line out. */
export type WebSettings = Readonly<Record<string, string | undefined>>;

export interface ImapsyncWeb {
  /** For instance `http://127.0.0.1:8080`; stays the same when it is started again. */
  readonly address: string;
  /** Its state directory. */
  readonly state: string;
  readonly configFile: string;
  readonly pid: number;
  /** All that it has written to its standard output and error output, by lines. */
  readonly lines: readonly string[];
  /** Ends it in order, or as told, and starts it again with the same state. */
  restart(settings?: WebSettings, signal?: NodeJS.Signals): Promise<void>;
  /** Resolves with its exit status. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface WebOptions {
  /** Default: what the build made. */
  readonly program?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The command line that runs it, made of its own: for one that sees other files, for instance. */
  readonly inside?: (command: readonly string[]) => readonly string[];
}

/** Resolves when it listens. @throws with what it said, when it ends instead */
export async function startImapsyncWeb(
  settings: WebSettings = {},
  { env, program = imapsyncWebProgram(), inside = (command) => command }: WebOptions = {},
): Promise<ImapsyncWeb> {
  if (!existsSync(program)) throw new Error(`${program} is not there: npm run build`);
  const directory = scratchDirectory("web");
  const [port] = (await freePorts(1)) as [number];
  const state = join(directory, "state");
  const configFile = join(directory, "config");
  mkdirSync(state, { mode: 0o700 });
  const lines: string[] = [];
  const configure = (changes: WebSettings): void => {
    const all: WebSettings = {
      listen: `127.0.0.1:${String(port)}`,
      "state-directory": state,
      "allow-private-targets": "YES",
      "allow-ports": "any",
      // All tests of a file come from one address.
      "max-jobs": "20",
      "max-jobs-per-address": "100",
      "max-starts-per-hour": "100000",
      "max-failed-logins-per-hour": "100000",
      "max-requests-per-minute": "1000000",
      "max-connections-per-address": "1000",
      ...settings,
      ...changes,
    };
    const text = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name} = ${value}\n`]));
    writeFileSync(configFile, text.join(""), { mode: 0o600 });
  };
  const command = inside([process.execPath, program, "--config", configFile]);
  const start = (): Promise<Running> => run(command, { ...process.env, ...env }, lines);
  configure({});
  let running = await start();
  return {
    address: `http://127.0.0.1:${String(port)}`,
    state,
    configFile,
    get pid() {
      return running.child.pid ?? 0;
    },
    lines,
    restart: async (changes = {}, signal = "SIGTERM") => {
      await running.end(signal);
      configure(changes);
      running = await start();
    },
    stop: async (signal = "SIGTERM") => {
      const status = await running.end(signal);
      removeScratch(directory);
      return status;
    },
  };
}

interface Running {
  readonly child: ChildProcess;
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

export function imapsyncWebProgram(): string {
  return fileURLToPath(new URL("../../dist/imapsync-web.js", import.meta.url));
}

async function run(command: readonly string[], env: NodeJS.ProcessEnv, lines: string[]): Promise<Running> {
  // The kernel ends it with us, even when we are killed.
  const child = spawn("setpriv", ["--pdeathsig", "TERM", "--", ...command], {
    stdio: ["ignore", "pipe", "pipe"],
    env,
  });
  const forget = whenProcessEnds(() => child.kill("SIGKILL"));
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", (status) => {
      forget();
      resolve(status);
    });
  });
  const end = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  const before = lines.length;
  const listens = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (line.includes("Listening on ")) resolve();
      });
    }
  });
  const status = await Promise.race([listens.then(() => undefined), ended]);
  if (status === undefined) return { child, end };
  throw new Error(`imapsync-web ended with ${String(status)}: ${lines.slice(before).join("\n")}`);
}
