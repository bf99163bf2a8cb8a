// The command line of interimap-fleet.

import { InterimapError } from "../../model/errors.ts";
import { parseWords } from "../../util/option-parser.ts";

export interface CommandShape {
  /** What stands behind the command: `FILE`, `ACCOUNT...`. */
  readonly operands: string;
  readonly operandCount: readonly [least: number, most: number];
  /** Without a full stop. */
  readonly describe: string;
  readonly options: readonly OptionName[];
}

interface OptionShape {
  /** Undefined: it has no value. */
  readonly value?: string;
  readonly describe: string;
}

export const options = {
  database: {
    value: "URL",
    describe: "the database of the fleet, without a password; otherwise PGHOST and its like decide",
  },
  phase: { value: "PHASE", describe: "what the first run is for: measure, bulk (unless told), pass, final or verify" },
  check: { describe: "only check the file; with --update, show what would change" },
  update: {
    describe: "accounts that are in the fleet become as the file says; columns that it lacks stay as they are",
  },
  name: { value: "NAME", describe: "what the worker is called; the machine's name and process unless told" },
  concurrency: { value: "N", describe: "accounts at the same time; as many as there are processors unless told" },
  "key-file": { value: "FILE", describe: "a private key that opens secrets; may be given several times" },
  "run-time": { value: "SECONDS", describe: "the limit of one run; it goes on later from where it was" },
  lease: {
    value: "SECONDS",
    describe:
      "after so long without a sign of life, an account is another worker's; for all that are queued from now on, 60 at first",
  },
  "retry-delay": { value: "SECONDS", describe: "the first pause after a failure, doubled with each; 60 unless told" },
  node: {
    value: "FILE",
    describe: "the Node.js that runs copies, for which this program was installed; the worker's own unless told",
  },
  drain: { value: "SECONDS", describe: "how long runs may go on at SIGTERM; 20 unless told" },
  directory: { value: "DIRECTORY", describe: "for files of runs, private to this user; a temporary one unless told" },
  alert: {
    value: "COMMAND",
    describe:
      "gets what needs somebody, as JSON at its standard input: accounts, pairs out of step, paused groups, workers that are gone",
  },
  "lag-alert": {
    value: "SECONDS",
    describe: "tell of a pair whose lag is so much longer than its rhythm; 900 unless told",
  },
  "log-format": { value: "FORMAT", describe: "how log messages look: text, or json, an object on each line" },
  "until-idle": { describe: "end when nothing is due any more" },
  bodies: { describe: "have the phase verify compare the texts of all messages, too" },
  "allow-mass-delete": { describe: "the next run of a pair may delete any number of messages" },
  all: { describe: "all accounts" },
  group: { value: "GROUP", describe: "all accounts of this group, for instance source:imap.example.net" },
  status: { value: "STATUS", describe: "only accounts that are waiting, done, paused, stopped, quarantined or dead" },
  json: { describe: "as JSON" },
  metrics: { describe: "as Prometheus reads it" },
  help: { describe: "show this help" },
  version: { describe: "show the version" },
} as const satisfies Readonly<Record<string, OptionShape>>;

export type OptionName = keyof typeof options;

const selection = ["all", "group", "status"] as const;

export const commands = {
  add: {
    ...{ operands: "FILE", operandCount: [1, 1], options: ["phase", "check", "update"] },
    describe: "add the accounts of a file in CSV or JSON; - is the standard input",
  },
  import: {
    ...{ operands: "FILE", operandCount: [1, 1], options: ["phase", "check"] },
    describe: "add the accounts of a list as imapsync users have it: host1;user1;password1;host2;user2;password2;",
  },
  worker: {
    ...{ operands: "", operandCount: [0, 0] },
    options: [
      "name",
      "concurrency",
      "key-file",
      "run-time",
      "lease",
      "retry-delay",
      "drain",
      "directory",
      "node",
      "alert",
      "lag-alert",
      "log-format",
      "until-idle",
    ],
    describe: "work on accounts until a signal ends it",
  },
  status: {
    ...{ operands: "", operandCount: [0, 0], options: ["json", "metrics"] },
    describe: "show how far the fleet is, and which accounts need somebody",
  },
  list: {
    ...{ operands: "[ACCOUNT...]", operandCount: [0, Infinity], options: [...selection, "json"] },
    describe: "show accounts, one a line",
  },
  plan: {
    ...{ operands: "", operandCount: [0, 0], options: ["json", "concurrency"] },
    describe: "show what would run when, per hour and host, by the sizes that were measured",
  },
  phase: {
    ...{ operands: "PHASE [ACCOUNT...]", operandCount: [1, Infinity], options: [...selection, "bodies"] },
    describe: "begin another phase: measure, bulk, pass, final or verify",
  },
  limit: {
    ...{ operands: "GROUP N", operandCount: [2, 2], options: [] },
    describe:
      "at most so many accounts of a group at the same time; source:*, target:* and provider:* are for all without a limit of their own; none takes it away",
  },
  pause: {
    ...{ operands: "[ACCOUNT...]", operandCount: [0, Infinity], options: selection },
    describe: "stop accounts behind the message in hand until they are resumed; with --group only, the group",
  },
  resume: {
    ...{ operands: "[ACCOUNT...]", operandCount: [0, Infinity], options: selection },
    describe: "let paused accounts, or a paused group, go on",
  },
  retry: {
    ...{ operands: "[ACCOUNT...]", operandCount: [0, Infinity], options: [...selection, "allow-mass-delete"] },
    describe:
      "queue accounts again that were stopped, quarantined or given up, and hurry those that wait for another attempt",
  },
  log: {
    ...{ operands: "ACCOUNT", operandCount: [1, 1], options: ["json"] },
    describe: "show the runs of an account, and the log of the last one that failed",
  },
  report: {
    ...{ operands: "[ACCOUNT...]", operandCount: [0, Infinity], options: [...selection, "json"] },
    describe: "show what the last verification found, folder by folder",
  },
  remove: {
    ...{ operands: "[ACCOUNT...]", operandCount: [0, Infinity], options: selection },
    describe: "forget accounts; their mail stays as it is",
  },
  keys: {
    ...{ operands: "new FILE|list|rotate", operandCount: [1, 2], options: ["key-file"] },
    describe: "make a key that seals secrets from now on, list keys, or seal all secrets anew for the newest one",
  },
  dev: {
    ...{
      operands: "DIRECTORY",
      operandCount: [1, 1],
      options: ["concurrency", "node", "lease", "retry-delay", "drain", "log-format", "until-idle"],
    },
    describe: "run a database and a worker in a directory, to try it out",
  },
} as const satisfies Readonly<Record<string, CommandShape>>;

export type CommandName = keyof typeof commands;

export interface Invocation {
  readonly command: CommandName | "help" | "version";
  readonly operands: readonly string[];
  readonly has: (name: OptionName) => boolean;
  readonly value: (name: OptionName) => string | undefined;
  readonly values: (name: OptionName) => readonly string[];
  /** @throws InterimapError USAGE */
  readonly count: (name: OptionName, range: readonly [number, number]) => number | undefined;
}

const always: readonly OptionName[] = ["database", "help", "version"];

/** @throws InterimapError USAGE */
export function parseArguments(argv: readonly string[]): Invocation {
  const {
    options: given,
    positionals,
    extra,
    error,
  } = parseWords(
    argv,
    Object.entries<OptionShape>(options).map(([name, { value }]) => ({ name, hasValue: value !== undefined })),
  );
  const [command, ...operands] = [...positionals, ...extra];
  const values = (name: OptionName): readonly string[] => given.get(name) ?? [];
  const value = (name: OptionName): string | undefined => values(name).at(-1);
  const invocation = {
    ...{ operands, values, value, has: (name: OptionName) => given.has(name) },
    count: (name: OptionName, range: readonly [number, number]) => countOf(name, value(name), range),
  };
  const unknown = [...operands, command ?? ""].find((word) => /^--?\w/.test(word));
  if (unknown !== undefined) throw usage(`unknown option "${unknown}"`);
  for (const special of ["help", "version"] as const)
    if (given.has(special)) return { ...invocation, command: special };
  if (command === undefined) throw usage("a command is missing");
  if (!isCommand(command)) throw usage(`unknown command "${command}"`);
  if (error !== undefined) throw usage(error);
  checkShape(command, { operands, given });
  return { ...invocation, command };
}

interface Given {
  readonly operands: readonly string[];
  readonly given: ReadonlyMap<string, readonly string[]>;
}

function checkShape(command: CommandName, { operands, given }: Given): void {
  const { operandCount, options: own, operands: shape }: CommandShape = commands[command];
  const [least, most] = operandCount;
  if (operands.length < least) throw usage(`${command} needs ${shape}`);
  if (operands.length > most) throw usage(`what is "${operands[most] ?? ""}"?`);
  for (const [name, values] of given) {
    if (![...own, ...always].includes(name as OptionName)) throw usage(`${command} has no option --${name}`);
    const { value }: OptionShape = options[name as OptionName];
    if (value === undefined && values.some((one) => one !== "")) throw usage(`--${name} takes no value`);
    if (value !== undefined && values.includes("")) throw usage(`--${name} needs a value`);
  }
}

function countOf(
  name: OptionName,
  text: string | undefined,
  [least, most]: readonly [number, number],
): number | undefined {
  if (text === undefined) return undefined;
  const count = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (count >= least && count <= most) return count;
  throw usage(`--${name}: "${text}" is no whole number from ${String(least)} to ${String(most)}`);
}

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(commands, word);
}

export function usage(message: string): InterimapError {
  return new InterimapError("USAGE", message, { hint: "see interimap-fleet --help" });
}
