// A local Maildir becomes an IMAP server: Dovecot's, started for it alone.

import { shellWord } from "../../util/shell-word.ts";
import { isOldDovecot } from "../init/dovecot-command.ts";

export interface MaildirPlace {
  /** Without a slash at its end. */
  readonly root: string;
  /** Where INBOX is, unless it is the root. */
  readonly inbox: string | undefined;
  /** `fs`: folders within folders. `maildir++`: all beside each other, `.a.b`. */
  readonly layout: "fs" | "maildir++";
}

/**
 * Without its error output, which has a line for each logout; --debug shows it. `dovecot`: the version that is installed, or empty.
 * Undefined: Dovecot's way to write places, or ours to write a line, cannot express it.
 */
export function maildirSettings(place: MaildirPlace, dovecot: string): Map<string, string> | undefined {
  if ([place.root, place.inbox ?? ""].some((path) => /[:%\s;'"\\$`]/.test(path))) return undefined;
  return new Map([
    ["type", "tunnel"],
    ["command", isOldDovecot(dovecot) ? oldCommand(place) : newCommand(place)],
    ["null-stderr", "YES"],
  ]);
}

/** Lines for the configuration: what is needed, and the command for the other versions of Dovecot. */
export function maildirRemarks(place: MaildirPlace, dovecot: string): readonly string[] {
  const [versions, command] = isOldDovecot(dovecot)
    ? ["Dovecot 2.4 and newer", newCommand(place)]
    : ["Dovecot 2.3", oldCommand(place)];
  return [
    "The local Maildir is reached through Dovecot (Debian's package dovecot-imapd).",
    `With ${versions}, the command is:`,
    command,
  ];
}

function oldCommand({ root, inbox, layout }: MaildirPlace): string {
  const location = [
    `maildir:${root}`,
    ...(layout === "fs" ? ["LAYOUT=fs"] : []),
    ...(inbox === undefined ? [] : [`INBOX=${inbox}`]),
  ];
  return `/usr/lib/dovecot/imap -o mail_location=${shellWord(location.join(":"))}`;
}

function newCommand({ root, inbox = root, layout }: MaildirPlace): string {
  const options = [
    "mail_driver=maildir",
    `mail_path=${root}`,
    ...(layout === "fs" ? ["mailbox_list_layout=fs"] : []),
    `mail_inbox_path=${inbox}`,
  ];
  return `doveadm exec imap ${options.map((option) => `-o ${option}`).join(" ")}`;
}
