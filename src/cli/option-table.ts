// The table of all options. The parser, the help and the completion follow it.

import { shells } from "../util/shell/completion.ts";

export interface Option {
  readonly name: string;
  /** One letter. */
  readonly alias?: string;
  /** Whether a value belongs to it. An optional one follows a `=`. */
  readonly value: "none" | "required" | "optional";
  /** As the help calls the value. */
  readonly valueName?: string;
  /** What the value is, for a line that says that it is missing. */
  readonly valueIs?: string;
  /** The only values there are. */
  readonly choices?: readonly string[];
  /** Takes several values, with commas between them or each with the option in front. */
  readonly isList?: true;
  readonly group: "Commands" | "Options";
  /** For the help: what it does, without a full stop. */
  readonly describe: string;
  /** Of these, named by the first of the two in the table, none may be given as well. */
  readonly conflicts?: readonly string[];
  /** One of these has to be given as well. */
  readonly goesWith?: readonly string[];
}

const daemons = ["notify", "watch"];

export const optionTable = [
  {
    name: "watch",
    value: "optional",
    valueName: "SECONDS",
    group: "Commands",
    describe: "keep running, and check for changes every SECONDS (60 by default)",
  },
  {
    name: "notify",
    value: "none",
    group: "Commands",
    describe:
      "keep running, and let the servers report changes; with --watch, SECONDS is how long a connection may be silent",
  },
  {
    name: "repair",
    value: "none",
    group: "Commands",
    describe: "compare everything with the database, and correct what does not fit",
    conflicts: ["delete", "rename", "status", ...daemons],
  },
  {
    name: "delete",
    value: "none",
    group: "Commands",
    describe: "delete mailboxes on both servers and in the database, but not those below them",
    conflicts: ["rename", "status", ...daemons, "allow-mass-delete"],
  },
  {
    name: "rename",
    value: "none",
    group: "Commands",
    describe: "rename a mailbox, and those below it, on both servers and in the database",
    conflicts: ["status", ...daemons, "allow-mass-delete"],
  },
  {
    name: "status",
    value: "none",
    group: "Commands",
    describe: "show what the database knows of each mailbox, and what a running process is doing",
    conflicts: [...daemons, "allow-mass-delete", "same-accounts"],
  },
  {
    name: "health",
    value: "none",
    group: "Commands",
    describe: "say in one line whether all is well, and end with 0 or 1: for containers",
    conflicts: [
      ...["repair", "delete", "rename", "status", ...daemons, "all", "dry-run", "json"],
      ...["allow-mass-delete", "same-accounts"],
    ],
  },
  {
    name: "all",
    value: "optional",
    valueName: "NUMBER",
    group: "Options",
    describe:
      "do this for every configuration in the usual directory, or in that of --config, NUMBER at once (1 by default); with a " +
      "plain run, --repair, --dry-run, --status and check",
    conflicts: ["delete", "rename", ...daemons, "allow-mass-delete", "same-accounts"],
  },
  {
    name: "target",
    value: "required",
    valueName: "WHERE",
    choices: ["local", "remote", "database"],
    isList: true,
    group: "Options",
    describe: "with --delete or --rename: act there only; separate several places by commas",
    goesWith: ["delete", "rename"],
  },
  {
    name: "allow-mass-delete",
    value: "none",
    group: "Options",
    describe: "let this run delete more than the setting max-delete allows",
  },
  {
    name: "dry-run",
    alias: "n",
    value: "none",
    group: "Options",
    describe: "say what would be done, and change nothing",
    conflicts: ["status", ...daemons],
  },
  {
    name: "same-accounts",
    value: "none",
    group: "Options",
    describe: "use the database although users or servers have new names, because they are the same accounts",
  },
  {
    name: "json",
    value: "none",
    group: "Options",
    describe: "print what happens as JSON, for programs: one object a line; with --status or check, one object",
    conflicts: ["login", "init"],
  },
  {
    name: "set",
    value: "required",
    valueName: "SETTING",
    valueIs: "a setting of a server, for instance remote.host=imap.example.org",
    group: "Options",
    describe: "with init: a setting of a server, as remote.NAME=VALUE or local.NAME=VALUE, instead of a question",
    goesWith: ["init"],
  },
  {
    name: "stdout",
    value: "none",
    group: "Options",
    describe: "with import: print the configurations, without passwords, instead of writing files",
    goesWith: ["import"],
  },
  {
    name: "config",
    value: "required",
    valueName: "FILE",
    valueIs: "the name of a file",
    group: "Options",
    describe: "read another configuration file; a relative FILE is in the directory of the usual one",
  },
  { name: "quiet", alias: "q", value: "none", group: "Options", describe: "show warnings and errors only" },
  {
    name: "debug",
    value: "none",
    group: "Options",
    describe: "log the traffic with the servers, without passwords and messages; given twice, with passwords",
  },
  {
    name: "completion",
    value: "required",
    valueName: "SHELL",
    choices: shells,
    group: "Options",
    describe: "print the script that completes the command line in a shell, and exit",
  },
  {
    name: "help",
    alias: "h",
    value: "none",
    group: "Options",
    describe: "print this text and exit; -h prints only the most important part",
  },
  { name: "version", value: "none", group: "Options", describe: "print the version and exit" },
] as const satisfies readonly Option[];

export type OptionName = (typeof optionTable)[number]["name"];

const rows: ReadonlyMap<string, Option> = new Map(optionTable.map((row) => [row.name, row]));

/** By its name in full, without dashes. */
export function optionNamed(name: OptionName): Option;
export function optionNamed(name: string): Option | undefined;
export function optionNamed(name: string): Option | undefined {
  return rows.get(name);
}
