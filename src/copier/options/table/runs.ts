// Options about what a run deletes, how far it goes, and what it shows.

import { shells } from "../../../util/shell/completion.ts";
import { type OptionSpec, perHost } from "../option-spec.ts";

const deletion = { group: "Deletion" } as const;
const limits = { group: "Rates and limits" } as const;
const modes = { group: "Modes" } as const;
const output = { group: "Output" } as const;
const process = { group: "Process" } as const;
const debug = { group: "Debug" } as const;

export const runOptions = {
  delete1: {
    ...deletion,
    kind: "boolean",
    aliases: ["delete"],
    describe: "delete messages on host1 that are on host2: move instead of copy",
  },
  delete1emptyfolders: { ...deletion, kind: "flag", describe: "delete folders on host1 that have become empty" },
  delete2: { ...deletion, kind: "boolean", describe: "delete messages on host2 that are not on host1" },
  delete2duplicates: {
    ...deletion,
    kind: "boolean",
    describe: "delete all but one of messages that are the same in a folder of host2",
    absent: "with --delete2",
  },
  delete2folders: { ...deletion, kind: "boolean", describe: "delete folders on host2 that are not on host1" },
  delete2foldersonly: {
    ...deletion,
    kind: "string",
    value: "EXPRESSION",
    describe: "of these, only those that match a Perl expression, such as /^Old/",
  },
  delete2foldersbutnot: {
    ...deletion,
    kind: "string",
    value: "EXPRESSION",
    describe: "of these, all but those that match",
  },
  expunge1: {
    ...deletion,
    kind: "boolean",
    aliases: ["expunge"],
    describe: "expunge folders of host1 before they are copied",
    absent: "with --delete1",
  },
  expunge2: { ...deletion, kind: "boolean", describe: "expunge folders of host2 after they are copied" },
  uidexpunge2: {
    ...deletion,
    kind: "boolean",
    describe: "expunge what this run deletes on host2",
    absent: "with --delete2 and --delete2duplicates",
  },
  yes: { ...deletion, kind: "flag", describe: "allow --delete2 with --search1, which is refused otherwise" },

  maxmessagespersecond: { ...limits, kind: "number", value: "N", describe: "copy at most N messages a second" },
  maxbytespersecond: { ...limits, kind: "integer", value: "OCTETS", describe: "copy at most OCTETS a second" },
  maxbytesafter: {
    ...limits,
    kind: "integer",
    value: "OCTETS",
    default: 0,
    describe: "apply --maxbytespersecond only after OCTETS",
  },
  maxsleep: {
    ...limits,
    kind: "number",
    value: "SECONDS",
    default: 2,
    describe: "0 switches these rates off; other values do nothing",
  },
  exitwhenover: { ...limits, kind: "integer", value: "OCTETS", describe: "stop after OCTETS, with exit code 118" },
  errorsmax: { ...limits, kind: "integer", value: "N", default: 50, describe: "stop after N errors" },
  errorsdump: { ...limits, kind: "boolean", default: true, describe: "list the errors at the end" },

  dry: { ...modes, kind: "boolean", describe: "change nothing, and show what would be done" },
  dry1: {
    ...modes,
    kind: "boolean",
    describe: "with --dry, do not even read messages",
    absent: "with --dry",
  },
  justconnect: { ...modes, kind: "boolean", aliases: ["justbanner"], describe: "connect to the servers, and stop" },
  justlogin: { ...modes, kind: "boolean", describe: "log in on both hosts, and stop" },
  justfolders: { ...modes, kind: "boolean", describe: "create and subscribe folders, and copy no message" },
  justfoldersizes: { ...modes, kind: "boolean", describe: "show how large the folders are, and stop" },
  justfolderlists: { ...modes, kind: "boolean", describe: "list the folders, and stop" },
  justautomap: { ...modes, kind: "boolean", describe: "show which folder --automap copies where, and stop" },
  foldersizes: { ...modes, kind: "boolean", default: true, describe: "show at the start how large the folders are" },
  foldersizesatend: {
    ...modes,
    kind: "boolean",
    describe: "show the sizes at the end, too",
    absent: "as --foldersizes",
  },

  progress: {
    ...output,
    kind: "boolean",
    mayBeOpen: true,
    describe: "show progress in one line rather than a line for each message",
    absent: "on a terminal",
  },
  json: { ...output, kind: "flag", describe: "print events as JSON, one object a line, for programs" },
  report: { ...output, kind: "string", value: "FILE", describe: "write what became of each message to this file" },
  "exit-priority": {
    ...output,
    kind: "string",
    value: "RULE",
    choices: ["frequency", "severity"],
    describe: "which of several kinds of errors decides the exit code",
    absent: "frequency",
  },

  tmpdir: {
    ...process,
    kind: "string",
    value: "DIRECTORY",
    describe: "where the pid file and the cache are",
    absent: "that of the system",
  },
  pidfile: {
    ...process,
    kind: "string",
    value: "FILE",
    describe: "the file with the number of this process",
    absent: "imapsync.pid in --tmpdir",
  },
  pidfilelocking: {
    ...process,
    kind: "boolean",
    describe: "if another process has this pid file, end with exit code 8",
  },
  abort: { ...process, kind: "flag", describe: "end the process with that pid file" },
  abortbyfile: { ...process, kind: "flag", describe: "the same, but by a file that it looks for" },
  tail: { ...process, kind: "boolean", describe: "with --pidfilelocking, show the log of the other process" },
  log: { ...process, kind: "boolean", default: true, describe: "write what is shown to a file as well" },
  logfile: { ...process, kind: "string", value: "FILE", describe: "the name of that file", absent: "date and users" },
  logdir: { ...process, kind: "string", value: "DIRECTORY", describe: "where it is", absent: "LOG_imapsync" },
  sigexit: {
    ...process,
    kind: "strings",
    value: "SIGNAL",
    describe: "signals that end the run",
    absent: "QUIT and TERM",
  },
  sigreconnect: {
    ...process,
    kind: "strings",
    value: "SIGNAL",
    describe: "signals after which the run connects anew; twice in two seconds, they end it",
    absent: "INT",
  },
  sigignore: { ...process, kind: "strings", value: "SIGNAL", describe: "signals that do nothing" },
  completion: {
    ...process,
    kind: "string",
    value: "SHELL",
    choices: shells,
    describe: "print the script that completes the command line in a shell, and exit",
  },
  help: { ...process, kind: "flag", describe: "print this text and exit" },
  version: { ...process, kind: "flag", describe: "print the version and exit" },

  debug: {
    ...debug,
    kind: "boolean",
    // There is one kind of such lines.
    aliases: [
      ...["debugflags", "debugfolders", "debuglist", "debugsig", "debuglabels", "debugcache"],
      ...["debugmaxlinelength", "debugcrossduplicates"],
    ],
    describe: "show what the program decides, and why",
  },
  debugimap: {
    ...debug,
    kind: "boolean",
    describe: "show the traffic with both servers, without passwords or messages",
  },
  ...perHost("debugimap", { ...debug, kind: "boolean", describe: "with one of them", absent: "as --debugimap" }),
} as const satisfies Record<string, OptionSpec>;
