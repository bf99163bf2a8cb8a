// The text of --version, and the text around the options in --help.

import packageJson from "../../package.json" with { type: "json" };

export const versionText = `interimap ${packageJson.version}\n`;

/** Lines that are not broken. */
export const synopsis = `\
Usage: interimap [OPTION]... [MAILBOX]...
       interimap [OPTION]... --watch[=SECONDS] [--notify] [MAILBOX]...
       interimap [OPTION]... --repair [MAILBOX]...
       interimap [OPTION]... --delete MAILBOX...
       interimap [OPTION]... --rename SOURCE DEST
       interimap [OPTION]... --status [--json]
       interimap [OPTION]... init [--set SETTING]...
       interimap [OPTION]... import mbsyncrc|offlineimaprc [FILE]
       interimap [OPTION]... check [local|remote] [--json]
       interimap [OPTION]... login [local|remote]
       interimap [OPTION]... --all[=NUMBER] [--repair|--status|check]`;

/** Fits a terminal of 80 columns and 24 lines. Ends with a line break. */
export const briefHelp = `\
Usage: interimap [OPTION]... [MAILBOX]...
Brings two IMAP servers to the same state. Without a command, it does so once.

To begin with
  init                    make a configuration: answer questions
  import KIND [FILE]      make it out of an mbsyncrc or an offlineimaprc
  login [SIDE]            get the tokens of a server that wants OAuth 2
  check [SIDE]            try the configuration, the servers and the database
Then
  --notify, --watch       keep running
  --status                show the state of every mailbox
  --repair [MAILBOX]...   compare everything with the database, and correct it
  --delete MAILBOX...     delete mailboxes on both servers
  --rename SOURCE DEST    rename a mailbox on both servers
With these
  -n, --dry-run           say what would be done, and change nothing
  --config=FILE, --all    for another account, or for every account
  -q, --quiet; --json     warnings and errors only; output for programs

interimap --help has all options, man interimap explains them.
`;

/** Paragraphs. */
export const introduction = [
  "Brings two IMAP servers to the same state: new messages, flags and deletions are carried over in both directions. Without a MAILBOX, the " +
    "configuration says which mailboxes take part.",
  "init asks for the two accounts, tries them, and writes the configuration. check tries the configuration, the servers and the database, and changes nothing. login gets the tokens for servers that want OAuth 2; see oauth-provider in interimap(1).",
  "Write a MAILBOX as it is shown: in UTF-8, with / between its levels; or as in IMAP: in modified UTF-7, with the " +
    "local server's delimiter. * and % are wildcards: quote them for the shell. --delete and --rename take them " +
    "literally. After --, everything is a MAILBOX, even if it starts with a dash.",
] as const;

/** Paragraphs. */
export const conclusion = [
  "The usual configuration file is $XDG_CONFIG_HOME/interimap/config, or ~/.config/interimap/config where " +
    "XDG_CONFIG_HOME is not set.",
  "Exit codes: 0 all done, 1 something was skipped, 75 try again, others failure. See interimap(1) for all of them " +
    "and for the configuration.",
] as const;
