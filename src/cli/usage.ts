// What --help and --version print.

import packageJson from "../../package.json" with { type: "json" };

export const versionText = `interimap ${packageJson.version}\n`;

export const helpText = `\
Usage: interimap [OPTION]... [MAILBOX]...
       interimap [OPTION]... --watch[=SECONDS] [--notify] [MAILBOX]...
       interimap [OPTION]... --repair [MAILBOX]...
       interimap [OPTION]... --delete MAILBOX...
       interimap [OPTION]... --rename SOURCE DEST
       interimap [OPTION]... --status [--json]

Brings two IMAP servers to the same state: new messages, flags and deletions
travel both ways. Without a MAILBOX, the configuration says which mailboxes.

A MAILBOX is written as it is shown: in UTF-8, with / between its levels; or
as in IMAP, in modified UTF-7 with the local server's delimiter. * and % are
wildcards: keep them from the shell. To --delete and --rename they are
characters as any other.

Commands:
  --watch        do not end, but look for changes every SECONDS, by default 60
  --notify       do not end, but let the servers tell of changes; with --watch,
                 SECONDS is how long a connection may be silent
  --repair       compare everything with the database, and make all agree
  --delete       delete mailboxes on both servers and in the database; what is
                 below them stays
  --rename       rename a mailbox, and what is below it, in all three places
  --status       show what the database knows of each mailbox, and what a
                 daemon that works on it is doing; with --json for programs

Options:
  --target=WHERE --delete and --rename: act there only. WHERE is local, remote
                 or database, or several with commas between them
  --allow-mass-delete
                 let this run delete more than the setting max-delete allows
  --same-accounts
                 go on with the database although users or servers have other
                 names than those it knows: they are the same accounts
  --json         --status: print a JSON object
  --config=FILE  read another configuration file; a relative FILE is looked for
                 in the directory of the usual one
  -q, --quiet    say only what went wrong
  --debug        log what travels on the wire, without passwords and messages;
                 given twice, with passwords
  -h, --help     print this text and exit
  --version      print the version and exit
  --             what follows are MAILBOXes, even if they start with a dash

The usual configuration file is $XDG_CONFIG_HOME/interimap/config, or
~/.config/interimap/config where XDG_CONFIG_HOME is not set.

Exit code: 0 all done, 1 something was left out, 75 try again, others: failed.
See interimap(1) for the configuration and all exit codes.
`;
