// Runs the command as a user would: a subprocess with a home of its own, a configuration file, and nothing else.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runLines } from "./event-lines.ts";
import type { MailServer } from "./mail-server.ts";
import { runRepeated, type RunResult } from "./repeated-command.ts";
import { removeScratch, scratchDirectory, whenProcessEnds } from "./scratch.ts";
import { isThorough } from "./turns.ts";

export type { RunResult };

/** The lines of one section of the configuration file; undefined leaves a line out. */
export type SectionSettings = Readonly<Record<string, string | undefined>>;

export interface ConfigSettings {
  /** A server stands for plainText(server). */
  readonly local: MailServer | SectionSettings;
  readonly remote: MailServer | SectionSettings;
  /** Lines of the default section, e.g. {"list-mailbox": "INBOX"}; `database` is set unless told otherwise. */
  readonly settings?: SectionSettings;
}

/** Where one user of the command lives. */
export interface InterimapHome {
  readonly directory: string;
  readonly configFile: string;
  readonly databaseFile: string;
  /** Writes the configuration file anew; the database stays. */
  configure(config: ConfigSettings): void;
  remove(): void;
}

export interface RunOptions {
  /** The run is killed after this; default: ten minutes, a daemon's included. */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Default: interimapCommand(). */
  readonly program?: readonly string[];
  /** Is loaded before the program, and may replace Date. */
  readonly preload?: string;
  /** False: `--json` is not added to the arguments, as it is to every second run, so that all events are checked. */
  readonly hearsEvents?: boolean;
}

export interface RunningInterimap {
  readonly child: ChildProcess;
  readonly finished: Promise<RunResult>;
  /** Resolves with the first line of either output that matches, earlier ones included; rejects at the end. */
  readonly line: (pattern: RegExp) => Promise<string>;
}

export function plainText(server: MailServer): SectionSettings {
  return {
    type: "imap",
    STARTTLS: "NO",
    compress: "NO",
    host: server.host,
    port: String(server.port),
    username: server.user,
    password: server.password,
    // It offers SCRAM, and has no passwords for that.
    auth: server.kind === "mailutils" ? "PLAIN" : undefined,
    "list-reference": server.prefix === "" ? undefined : server.prefix,
  };
}

/** type=imaps, trusting the server's certificate. */
export function overTls(server: MailServer): SectionSettings {
  const { certificateFile } = server;
  return {
    ...plainText(server),
    type: "imaps",
    STARTTLS: undefined,
    port: String(server.tlsPort),
    SSL_CAfile: certificateFile,
  };
}

/** type=imap with STARTTLS=YES, trusting the server's certificate. */
export function overStartTls(server: MailServer): SectionSettings {
  return { ...plainText(server), STARTTLS: "YES", SSL_CAfile: server.certificateFile };
}

export function overTunnel(server: MailServer): SectionSettings {
  const { "list-reference": reference } = plainText(server);
  return { type: "tunnel", command: server.tunnelCommand(), "null-stderr": "YES", "list-reference": reference };
}

export function makeHome(config: ConfigSettings): InterimapHome {
  const directory = scratchDirectory("home");
  const configFile = join(directory, "config/interimap/config");
  const databaseFile = join(directory, "data/interimap/test.db");
  mkdirSync(join(directory, "config/interimap"), { recursive: true });
  mkdirSync(join(directory, "data/interimap"), { recursive: true });
  const configure = (wanted: ConfigSettings): void => {
    const text = configText({ ...wanted, settings: { database: databaseFile, ...wanted.settings } });
    writeFileSync(configFile, text, { mode: 0o600 });
  };
  configure(config);
  return { directory, configFile, databaseFile, configure, remove: () => removeScratch(directory) };
}

/** The command line of the program under test, without arguments. INTERIMAP_BIN wins. */
export function interimapCommand(): string[] {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const chosen = process.env["INTERIMAP_BIN"];
  if (chosen !== undefined) return chosen.endsWith(".js") ? [process.execPath, chosen] : [chosen];
  const built = join(root, "dist/interimap.js");
  if (existsSync(built)) return [process.execPath, built];
  return [process.execPath, "--import", import.meta.resolve("tsx"), join(root, "src/bin/interimap.ts")];
}

/** Runs to the end. Never throws because of the program's exit status. */
export async function runInterimap(
  home: InterimapHome,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<RunResult> {
  const { program = interimapCommand(), env, preload, timeoutMs = defaultTimeoutMs } = options;
  const [node, file, ...rest] = program;
  const isPlain = node === process.execPath && file?.startsWith(builtFolder) === true && rest.length === 0;
  if (isThorough || !isPlain || Object.keys(env ?? {}).some((name) => readByNode.test(name)))
    return startInterimap(home, args, options).finished;
  const isHeard = hearsEvents(args, options);
  const run = {
    files: preload === undefined ? [file] : [preload, file],
    args: [...(isHeard ? ["--json"] : []), ...args],
    directory: home.directory,
    environment: environmentOf(home, options),
  };
  const result = await runRepeated(run, timeoutMs);
  return isHeard ? withoutEvents(result) : result;
}

const builtFolder = fileURLToPath(new URL("../../dist/", import.meta.url));
const defaultTimeoutMs = 600_000;

/** When it starts. */
const readByNode = /^(?:NODE|SSL|OPENSSL|UV|LD|LC|LANG|TZ)/;

/** For runs that do not end by themselves: --watch and --notify. */
export function startInterimap(
  home: InterimapHome,
  args: readonly string[] = [],
  options: RunOptions = {},
): RunningInterimap {
  const [program, ...rest] = (options.program ?? interimapCommand()) as [string, ...string[]];
  const first = options.preload === undefined ? rest : ["--require", options.preload, ...rest];
  const isHeard = hearsEvents(args, options);
  const child = spawn(program, [...first, ...(isHeard ? ["--json"] : []), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: home.directory,
    env: environmentOf(home, options),
  });
  const forget = whenProcessEnds(() => child.kill("SIGKILL"));
  const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? defaultTimeoutMs);
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => (output[name] += text));
  }
  const finished = new Promise<RunResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => resolve({ status, signal, ...output }));
  })
    .then((result) => (isHeard ? withoutEvents(result) : result))
    .finally(() => {
      clearTimeout(timer);
      forget();
    });

  const line = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = `${output.stdout}\n${output.stderr}`.split("\n").find((one) => pattern.test(one));
        if (found !== undefined) resolve(found);
      };
      look();
      child.stdout.on("data", look);
      child.stderr.on("data", look);
      finished.then(
        (result) =>
          reject(new Error(`it ended (${result.status ?? result.signal}) without ${pattern}: ${result.stderr}`)),
        reject,
      );
    });
  return { child, finished, line };
}

let runs = 0;

/** In every second run: what is run as people do, without it, is to be tested as well. */
function hearsEvents(args: readonly string[], { program, hearsEvents = true }: RunOptions): boolean {
  const isWork = !args.some((word) => notWork.test(word)) && program === undefined;
  return hearsEvents && isWork && process.env["INTERIMAP_BIN"] === undefined && runs++ % 2 === 1;
}

const notWork = /^(?:--(?:json|status|health|help|version|completion|complete)\b.*|-h|check|init|login|import)$/;

/** Checks them. Nothing else goes there. */
function withoutEvents(result: RunResult): RunResult {
  checkEvents(result);
  return { ...result, stdout: "" };
}

/** Of a process that was killed, what it said last may be half a line. */
function checkEvents({ stdout, status }: RunResult): void {
  // It understood nothing of the command line, or of its configuration, or was killed.
  if (stdout === "" || status === null) return;
  runLines(stdout);
}

function environmentOf(home: InterimapHome, { env }: RunOptions): NodeJS.ProcessEnv {
  return { ...process.env, ...homeEnvironment(home), ...env };
}

export function homeEnvironment(home: InterimapHome): Record<string, string> {
  return {
    HOME: home.directory,
    XDG_CONFIG_HOME: join(home.directory, "config"),
    XDG_DATA_HOME: join(home.directory, "data"),
    XDG_RUNTIME_DIR: home.directory,
    ...nobodyElsesTrust,
  };
}

/** Whom the machine's own environment trusts says nothing of the program. To read of all of them takes Node 40 ms at each start. */
export const nobodyElsesTrust = { SSL_CERT_FILE: "", SSL_CERT_DIR: "", NODE_EXTRA_CA_CERTS: "" };

function configText({ local, remote, settings = {} }: ConfigSettings): string {
  const lines = (section: SectionSettings) =>
    Object.entries(section).flatMap(([name, value]) => (value === undefined ? [] : [`${name} = ${value}`]));
  const sectionOf = (side: MailServer | SectionSettings) => lines(isServer(side) ? plainText(side) : side);
  return [...lines(settings), "", "[local]", ...sectionOf(local), "", "[remote]", ...sectionOf(remote), ""].join("\n");
}

function isServer(side: MailServer | SectionSettings): side is MailServer {
  return typeof side["tunnelCommand"] === "function";
}
