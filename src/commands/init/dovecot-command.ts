// How Dovecot serves a Maildir to one program: its options have other names in newer versions.

import { execFileSync } from "node:child_process";

/** A command that speaks IMAP. `maildir`: without characters that mean something to Dovecot or to a shell. */
export function dovecotOn(maildir: string, version = installedVersion()): string {
  const options = /^2[.][0-3](?![0-9])/.test(version)
    ? [`mail_location=maildir:${maildir}`]
    : ["mail_driver=maildir", `mail_path=${maildir}`, `mail_inbox_path=${maildir}`];
  return ["doveadm exec imap", ...options.map((option) => `-o ${option}`)].join(" ");
}

/** It is not in everybody's PATH. Empty: it cannot be asked. */
function installedVersion(): string {
  try {
    return execFileSync("/usr/sbin/dovecot", ["--version"], { encoding: "utf8", timeout: 10_000 });
  } catch {
    return "";
  }
}
