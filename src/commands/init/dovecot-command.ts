// How Dovecot serves a Maildir to one program: its options have other names in newer versions.

import { execFileSync } from "node:child_process";

/** A command that speaks IMAP. `maildir`: without characters that mean something to Dovecot or to a shell. */
export function dovecotOn(maildir: string, version = installedDovecot()): string {
  const options = isOldDovecot(version)
    ? [`mail_location=maildir:${maildir}`]
    : ["mail_driver=maildir", `mail_path=${maildir}`, `mail_inbox_path=${maildir}`];
  return ["doveadm exec imap", ...options.map((option) => `-o ${option}`)].join(" ");
}

/** Before 2.4, in which settings got other names. `version`: as the program prints it. */
export function isOldDovecot(version: string): boolean {
  return /^2[.][0-3](?![0-9])/.test(version);
}

/** The version of the Dovecot on this machine, as it prints it; empty if there is none. It is not in everybody's PATH. */
export function installedDovecot(): string {
  try {
    return execFileSync("/usr/sbin/dovecot", ["--version"], { encoding: "utf8", timeout: 10_000 });
  } catch {
    return "";
  }
}
