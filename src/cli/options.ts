// The command line as a typed Invocation. Nothing is printed here and the process does not end here.

import parser from "yargs-parser";
import type { InterimapError } from "../model/errors.ts";
import { isInbox } from "../model/mailbox-name.ts";
import { printable } from "../util/printable.ts";
import { allTargets, type Target } from "../model/target.ts";
import { helpText, versionText } from "./usage.ts";
import { usageError as usage } from "./usage-error.ts";
import { watchSeconds, withoutWatch } from "./watch-option.ts";

interface Common {
  readonly config: string | undefined;
  readonly quiet: boolean;
  /** How often --debug was given, at most 2. */
  readonly debug: 0 | 1 | 2;
}

interface Work extends Common {
  /** Whatever accounts the database is about, they are those of the configuration under other names. */
  readonly areSameAccounts: boolean;
}

/** All mailboxes are as given: in IMAP's notation, or as lines show them. */
interface Scope extends Work {
  /** With wildcards. Empty: what the configuration says. */
  readonly mailboxes: readonly string[];
  readonly allowsMassDelete: boolean;
}

interface SyncInvocation extends Scope {
  readonly command: "sync" | "repair";
}

interface WatchInvocation extends Scope {
  readonly command: "watch";
  /** Let servers tell of changes. */
  readonly notify: boolean;
  /** Between two looks, or of silence; undefined: as usual. */
  readonly seconds: number | undefined;
}

interface DeleteInvocation extends Work {
  readonly command: "delete";
  readonly mailboxes: readonly string[];
  readonly targets: readonly Target[];
}

interface RenameInvocation extends Work {
  readonly command: "rename";
  readonly source: string;
  readonly destination: string;
  readonly targets: readonly Target[];
}

interface StatusInvocation extends Common {
  readonly command: "status";
  /** For programs rather than people. */
  readonly json: boolean;
}

/** What needs the configuration and the servers. */
export type WorkInvocation = SyncInvocation | WatchInvocation | DeleteInvocation | RenameInvocation;

export type Invocation =
  | { readonly command: "help"; readonly text: string }
  | { readonly command: "version"; readonly text: string }
  | StatusInvocation
  | WorkInvocation;

const commands = ["repair", "delete", "rename", "status"] as const;

const switches = [
  ...commands,
  "notify",
  "allow-mass-delete",
  "same-accounts",
  "json",
  "quiet",
  "debug",
  "help",
  "version",
];

const optionsWithValue = ["config", "target"];

/** Reads the arguments after the program's name. Throws USAGE. */
export function parseArguments(argv: readonly string[]): Invocation {
  const { watch, rest } = withoutWatch(argv);
  const { options, positionals, extra } = parse(rest);
  if (options.has("help")) return { command: "help", text: helpText };
  if (options.has("version")) return { command: "version", text: versionText };

  // most unknown options come as positionals; one that begins like a known one (`-q5`) as an option of its own
  for (const text of positionals) if (/^-./.test(text)) throw unknownOption(text);
  for (const name of options.keys()) if (!known(name)) throw unknownOption(dashed(name));

  const mailboxes = [...positionals, ...extra];
  for (const mailbox of mailboxes) checkMailbox(mailbox);
  const debug = options.get("debug")?.length ?? 0;
  const common: Common = {
    config: configFile(options.get("config")),
    quiet: options.has("quiet"),
    debug: debug >= 2 ? 2 : debug === 1 ? 1 : 0,
  };
  const targets = targetsOf(options.get("target"));
  const [command = "sync", another] = commands.filter((name) => options.has(name));
  if (another !== undefined) throw usage(`--${command} and --${another} exclude each other`);
  const asDaemon = options.has("notify") ? "notify" : watch === undefined ? undefined : "watch";
  if (command !== "sync" && asDaemon !== undefined) throw usage(`--${command} and --${asDaemon} exclude each other`);
  const json = options.has("json");
  const allowsMassDelete = options.has("allow-mass-delete");
  if (allowsMassDelete && command !== "sync" && command !== "repair") {
    throw usage(`--${command} and --allow-mass-delete exclude each other`);
  }
  if (json && command !== "status") throw usage("--json goes with --status only");
  const areSameAccounts = options.has("same-accounts");
  if (areSameAccounts && command === "status") throw usage("--status and --same-accounts exclude each other");
  const work = { areSameAccounts, ...common };
  if (command === "delete") return { command, ...deletion(mailboxes), targets: targets ?? allTargets, ...work };
  if (command === "rename") return { command, ...renaming(mailboxes), targets: targets ?? allTargets, ...work };
  if (targets !== undefined) throw usage("--target goes with --delete or --rename only");
  if (command === "status") {
    if (mailboxes.length > 0) throw usage("--status takes no MAILBOX");
    return { command, json, ...common };
  }
  if (asDaemon !== undefined) {
    const notify = asDaemon === "notify";
    return {
      command: "watch",
      mailboxes,
      allowsMassDelete,
      notify,
      seconds: watch === undefined ? undefined : watchSeconds(watch),
      ...work,
    };
  }
  return { command, mailboxes, allowsMassDelete, ...work };
}

function deletion(mailboxes: readonly string[]): Pick<DeleteInvocation, "mailboxes"> {
  if (mailboxes.length === 0) throw usage("--delete needs a MAILBOX");
  if (mailboxes.some(isInbox)) throw usage("INBOX cannot be deleted");
  return { mailboxes };
}

function renaming(mailboxes: readonly string[]): Pick<RenameInvocation, "source" | "destination"> {
  const [source, destination, ...more] = mailboxes;
  if (source === undefined || destination === undefined || more.length > 0) {
    throw usage("--rename needs two MAILBOXes, SOURCE and DEST");
  }
  if (isInbox(destination)) throw usage("nothing can be renamed to INBOX, which always exists");
  if (source === destination) throw usage("SOURCE and DEST of --rename are the same");
  return { source, destination };
}

/** Undefined when the option was not given. */
function targetsOf(values: readonly string[] | undefined): readonly Target[] | undefined {
  if (values === undefined) return undefined;
  const given = values.flatMap((value) => value.split(","));
  const wrong = given.find((word) => !allTargets.some((target) => target === word));
  if (wrong !== undefined) throw usage(`--target takes local, remote or database, not "${printable(wrong)}"`);
  return allTargets.filter((target) => given.includes(target));
}

interface Parsed {
  /** Every value given for an option, `""` for a switch. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
  /** After `--`. */
  readonly extra: readonly string[];
}

/**
 * The parser of yargs without the rest of it, which reads locale files, prints, obeys options of its own, and takes
 * longer to load than all we have. All options are strings, switches with no value: for anything else the parser would
 * swallow a mailbox called `true`, and take the mailbox `1e3` for a number.
 */
function parse(argv: readonly string[]): Parsed {
  const { argv: parsed, error } = parser.detailed([...argv], {
    string: [...optionsWithValue, ...switches],
    narg: Object.fromEntries([
      ...optionsWithValue.map((name) => [name, 1] as const),
      ...switches.map((name) => [name, 0] as const),
    ]),
    alias: { quiet: "q", help: "h" },
    configuration: {
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "populate--": true,
      "short-option-groups": false,
      "strip-aliased": true,
      "unknown-options-as-args": true,
    },
  });
  if (error !== null) throw misusedOption(error.message);
  const { _: positionals, "--": extra = [], ...options } = parsed;
  const values = Object.entries(options);
  return {
    options: new Map(values.map(([name, value]) => [name, [value].flat()])),
    positionals: positionals.map(String),
    extra: extra.map(String),
  };
}

function known(name: string): boolean {
  return optionsWithValue.includes(name) || switches.includes(name);
}

function configFile(values: readonly string[] = []): string | undefined {
  if (values.length > 1) throw usage("--config is given more than once");
  const file = values[0];
  if (file === "" || file?.startsWith("-")) throw usage("--config needs the name of a file");
  return file;
}

/** Whatever a line may show; what cannot be part of a name is a slip. */
function checkMailbox(mailbox: string): void {
  if (mailbox === "") throw usage("a MAILBOX is empty");
  // U+FFFD: the terminal does not send UTF-8.
  if (/[\p{Cc}\p{Cs}\ufffd]/u.test(mailbox)) {
    throw usage(`MAILBOX "${printable(mailbox)}" has a character that no mailbox's name has`);
  }
}

function misusedOption(message: string): InterimapError {
  const name = /: (\S+)$/.exec(message)?.[1] ?? "";
  if (name === "config") return usage("--config needs the name of a file");
  return usage(
    name === "target" ? "--target needs a value: local, remote or database" : `${dashed(name)} takes no value`,
  );
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

function unknownOption(option: string): InterimapError {
  // without a value, which might be a secret
  return usage(`unknown option ${printable(option.replace(/=.*/s, ""))}`);
}
