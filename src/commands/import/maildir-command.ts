// A local Maildir becomes an IMAP server: Dovecot's, started for it alone.

import { shellWord } from "../../util/shell-word.ts";

export interface MaildirPlace {
  /** Without a slash at its end. */
  readonly root: string;
  /** Where INBOX is, unless it is the root. */
  readonly inbox: string | undefined;
  /** `fs`: folders within folders. `maildir++`: all beside each other, `.a.b`. */
  readonly layout: "fs" | "maildir++";
}

/** Without its error output, which has a line for each logout; --debug shows it. Undefined: Dovecot's way to write places, or ours to write a line, cannot express it. */
export function maildirSettings(place: MaildirPlace): Map<string, string> | undefined {
  const { root, inbox, layout } = place;
  if ([root, inbox ?? ""].some((path) => /[:%\s;'"\\$`]/.test(path))) return undefined;
  const location = [
    `maildir:${root}`,
    ...(layout === "fs" ? ["LAYOUT=fs"] : []),
    ...(inbox === undefined ? [] : [`INBOX=${inbox}`]),
  ];
  return new Map([
    ["type", "tunnel"],
    ["command", `/usr/lib/dovecot/imap -o mail_location=${shellWord(location.join(":"))}`],
    ["null-stderr", "YES"],
  ]);
}

/** Lines for whoever has a newer Dovecot. */
export function maildirRemarks({ root, inbox, layout }: MaildirPlace): readonly string[] {
  const options = [
    "mail_driver=maildir",
    `mail_path=${root}`,
    ...(layout === "fs" ? ["mailbox_list_layout=fs"] : []),
    ...(inbox === undefined ? [] : [`mail_inbox_path=${inbox}`]),
  ];
  return [
    "The local Maildir is reached through Dovecot (Debian's package dovecot-imapd). From version 2.4 on, the command is:",
    `doveadm exec imap ${options.map((option) => `-o ${option}`).join(" ")}`,
  ];
}
