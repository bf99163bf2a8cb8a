// Parses the command line into an Invocation. Prints nothing, and does not end the process.

import type { InterimapError } from "../model/errors.ts";
import { isInbox } from "../model/mailbox-name.ts";
import { allTargets, type Target } from "../model/target.ts";
import { nearest } from "../util/nearest.ts";
import { type ParsedWords, parseWords } from "../util/option-parser.ts";
import { printable } from "../util/printable.ts";
import { completionQuestion, type Shell, shells } from "../util/shell/completion.ts";
import { commandOf } from "./command-words.ts";
import { settingsOf } from "./given-settings.ts";
import type { AllInvocation, Common, DeleteInvocation, Invocation, RenameInvocation } from "./invocation.ts";
import { type Option, optionNamed, optionTable } from "./option-table.ts";
import { usageError as usage } from "./usage-error.ts";
import { accountsAtOnce, watchSeconds, withoutNumbers } from "./watch-option.ts";

const commands = ["repair", "delete", "rename", "status", "health"] as const;

const table: readonly Option[] = optionTable;

/** Reads the arguments after the program's name. Throws USAGE. */
export function parseArguments(argv: readonly string[]): Invocation {
  const question = completionQuestion(argv);
  if (question !== undefined) return { command: "candidates", ...question };
  const { watch, all, rest } = withoutNumbers(argv);
  const { options, positionals, extra } = parse(rest);
  if (options.has("help")) return { command: "help", isWhole: rest.includes("--help") };
  if (options.has("version")) return { command: "version" };

  // most unknown options come as positionals; one that begins like a known one (`-q5`) as an option of its own
  for (const text of positionals) if (/^-./.test(text)) throw unknownOption(text);
  for (const name of options.keys()) if (optionNamed(name) === undefined) throw unknownOption(dashed(name));
  const shell = onlyValue("completion", options.get("completion"));
  if (shell !== undefined) return { command: "completion", shell: shellNamed(shell) };

  const mailboxes = [...positionals, ...extra];
  for (const mailbox of mailboxes) checkMailbox(mailbox);
  const debug = options.get("debug")?.length ?? 0;
  const common: Common = {
    config: configFile(options.get("config")),
    quiet: options.has("quiet"),
    debug: debug >= 2 ? 2 : debug === 1 ? 1 : 0,
  };
  const targets = targetsOf(options.get("target"));
  const given = new Set([
    ...options.keys(),
    ...(watch === undefined ? [] : ["watch"]),
    ...(all === undefined ? [] : ["all"]),
  ]);
  const word = commandOf(positionals, { given, hasMore: extra.length > 0 });
  requireCompatible(word === undefined ? given : new Set([...given, word.command]));
  const isJson = options.has("json");
  const forAll = (each: AllInvocation["each"]): Invocation =>
    all === undefined
      ? each
      : {
          command: "all",
          directory: each.config,
          atOnce: accountsAtOnce(all),
          quiet: each.quiet,
          debug: each.debug,
          each,
        };
  if (word?.command === "login") return { ...word, command: "login", ...common };
  if (word?.command === "import") return { ...word, toStdout: options.has("stdout"), ...common };
  if (word?.command === "init") return { command: "init", settings: settingsOf(options.get("set")), ...common };
  if (word?.command === "check") return forAll({ ...word, command: "check", json: isJson, ...common });
  const command = commands.find((name) => options.has(name)) ?? "sync";
  const work = {
    areSameAccounts: options.has("same-accounts"),
    isDryRun: options.has("dry-run"),
    json: isJson,
    ...common,
  };
  const allowsMassDelete = options.has("allow-mass-delete");
  if (command === "delete") return { command, ...deletion(mailboxes), targets: targets ?? allTargets, ...work };
  if (command === "rename") return { command, ...renaming(mailboxes), targets: targets ?? allTargets, ...work };
  if (command === "status") {
    if (mailboxes.length > 0) throw usage("--status takes no MAILBOX");
    return forAll({ command, json: isJson, ...common });
  }
  if (command === "health") {
    if (mailboxes.length > 0) throw usage("--health takes no MAILBOX");
    return { command, ...common };
  }
  const notify = options.has("notify");
  if (notify || watch !== undefined) {
    const seconds = watch === undefined ? undefined : watchSeconds(watch);
    return { command: "watch", mailboxes, allowsMassDelete, notify, seconds, ...work };
  }
  return forAll({ command, mailboxes, allowsMassDelete, ...work });
}

function requireCompatible(given: ReadonlySet<string>): void {
  const rows = table.filter(({ name }) => given.has(name));
  for (const { name, conflicts = [] } of rows) {
    const other = conflicts.find((one) => given.has(one));
    if (other !== undefined)
      throw usage(`${asWritten(name)} and ${asWritten(other)} exclude each other`, insteadOf(name, other));
  }
  for (const { name, goesWith } of rows) {
    if (goesWith?.some((one) => given.has(one)) === false) {
      throw usage(`--${name} works only with ${goesWith.map(asWritten).join(" or ")}`);
    }
  }
}

/** What to do where people would expect two options to go together. */
function insteadOf(name: string, other: string): string | undefined {
  if (name !== "all" && other !== "all") return undefined;
  const pair = [name, other];
  if (pair.includes("watch") || pair.includes("notify"))
    return "a service for each account is watched and restarted by itself: systemctl --user enable --now interimap@NAME.";
  return "name one account with --config=NAME.";
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
  if (wrong !== undefined) throw noChoice(optionNamed("target"), wrong);
  return allTargets.filter((target) => given.includes(target));
}

/** Switches have no value, and values that are optional have been taken out before. */
function parse(argv: readonly string[]): ParsedWords {
  const options = table
    .filter(({ value }) => value !== "optional")
    .map(({ name, alias, value }) => ({ name, alias, hasValue: value === "required" }));
  const parsed = parseWords(argv, options);
  if (parsed.error !== undefined) throw misusedOption(parsed.error);
  return parsed;
}

function configFile(values: readonly string[] | undefined): string | undefined {
  const file = onlyValue("config", values);
  if (file === "" || file?.startsWith("-")) throw valueMissing(optionNamed("config"));
  return file;
}

function onlyValue(name: string, values: readonly string[] = []): string | undefined {
  if (values.length > 1) throw usage(`--${name} is given more than once`);
  return values[0];
}

function shellNamed(text: string): Shell {
  const shell = shells.find((one) => one === text);
  if (shell !== undefined) return shell;
  throw noChoice(optionNamed("completion"), text);
}

/** Whatever a line may show; what cannot be part of a name is a slip. */
function checkMailbox(mailbox: string): void {
  if (mailbox === "") throw usage("a MAILBOX must not be empty");
  // U+FFFD: the terminal does not send UTF-8.
  if (/[\p{Cc}\p{Cs}\ufffd]/u.test(mailbox)) {
    throw usage(`MAILBOX "${printable(mailbox)}" has a character that no mailbox name can have`);
  }
}

function misusedOption(message: string): InterimapError {
  const name = /: (\S+)$/.exec(message)?.[1] ?? "";
  const option = optionNamed(name);
  return option?.value === "required" ? valueMissing(option) : usage(`${dashed(name)} takes no value`);
}

function valueMissing({ name, choices = [], valueIs = `a value: ${anyOf(choices)}` }: Option): InterimapError {
  return usage(`--${name} needs ${valueIs}`);
}

function noChoice({ name, choices = [] }: Option, value: string): InterimapError {
  return usage(`--${name} takes ${anyOf(choices)}, not "${printable(value)}"`);
}

function anyOf(choices: readonly string[]): string {
  return [choices.slice(0, -1).join(", "), ...choices.slice(-1)].join(" or ");
}

/** Commands are options, or words. */
function asWritten(name: string): string {
  return optionNamed(name) === undefined ? name : dashed(name);
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

function unknownOption(option: string): InterimapError {
  // without a value, which might be a secret
  const name = option.replace(/=.*/s, "");
  const [, word] = /^--(?!no-)(.+)/s.exec(name) ?? [];
  const names = table.map((known) => known.name);
  const meant = word === undefined ? undefined : nearest(word, names);
  return usage(`unknown option ${printable(name)}`, meant === undefined ? undefined : `did you mean --${meant}?`);
}
