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

/** Paragraphs. */
export const introduction = [
  "Brings two IMAP servers to the same state: new messages, flags and deletions travel both ways. Without a MAILBOX, the " +
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
