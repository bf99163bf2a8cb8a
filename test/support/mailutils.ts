// A throw-away imap4d of GNU Mailutils 3 on 127.0.0.1: hardly more than IMAP4rev1. The password is "p".
// scripts/install-packages.ts brings the program. With mbox files, of which it has more, it loses messages that are appended to
// the selected mailbox; with Maildir, which it has here, only their flags and dates.

import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { findServer } from "../../scripts/lib/unpacked-servers.ts";
import { freePorts, keepDaemon } from "./daemon.ts";
import type { MailServer } from "./mail-server.ts";
import { scratchDirectory } from "./scratch.ts";

export interface MailutilsOptions {
  /** The accounts; the first is the server's `user`. Default "u". Those of a mail server have "@test" behind them. */
  readonly users?: readonly string[];
}

export function isMailutilsInstalled(): boolean {
  return findServer("mailutils") !== undefined;
}

export async function startMailutils({ users = ["u"] }: MailutilsOptions = {}): Promise<MailServer> {
  const root = findServer("mailutils");
  if (root === undefined) throw new Error("Mailutils is missing: run scripts/install-packages.ts mailutils");
  const directory = scratchDirectory("mailutils");
  const isRoot = process.getuid?.() === 0;
  const account = isRoot ? "mail" : userInfo().username;
  const [uid, gid] = ["-u", "-g"].map((flag) => execFileSync("id", [flag, account], { encoding: "utf8" }).trim());
  const [port] = (await freePorts(1)) as [number];
  const hash = execFileSync("openssl", ["passwd", "-1", "p"], { encoding: "utf8" }).trim();
  for (const name of ["domains", "home"]) mkdirSync(join(directory, name));
  const homes = users.map((user) => join(directory, "home", user));
  for (const home of homes) {
    // It makes none for APPEND.
    for (const name of ["cur", "new", "tmp"]) mkdirSync(join(home, "INBOX", name), { recursive: true });
  }
  const entries = users.map((user, i) => `${user}:${hash}:${uid}:${gid}:${user}:${homes[i]}:/bin/false\n`);
  writeFileSync(join(directory, "domains/test"), entries.join(""));
  const config = join(directory, "imap4d.conf");
  writeFileSync(config, configText(directory, port));
  if (isRoot) execFileSync("chown", ["-R", `${uid}:${gid}`, join(directory, "home")]);
  chmodSync(directory, 0o755);

  const daemon = await keepDaemon({
    program: join(root, "usr/sbin/imap4d"),
    args: [`--config-file=${config}`, "--foreground"],
    directory,
    port,
  });
  return {
    kind: "mailutils",
    isBare: true,
    host: "127.0.0.1",
    port,
    tlsPort: undefined,
    certificateFile: undefined,
    user: `${users[0] ?? "u"}@test`,
    password: "p",
    delimiter: "/",
    prefix: "",
    directory,
    tunnelCommand: () => {
      throw new Error("Mailutils is reached over TCP only");
    },
    ...daemon,
  };
}

function configText(directory: string, port: number): string {
  const home = `${directory}/home/\${user}`;
  return `
mode daemon;
foreground yes;
max-children 200;
pidfile ${directory}/pid;
logging { syslog no; }
virtdomain { passwd-dir ${directory}/domains; }
auth {
  authorization virtdomain;
  authentication generic;
}
mailbox {
  mail-spool maildir:${directory}/spool;
  mailbox-type maildir;
  mailbox-pattern "maildir:${home}/INBOX";
}
namespace personal {
  prefix "" {
    directory "${home}";
    delimiter "/";
    mailbox-type maildir;
  }
}
server 127.0.0.1:${port} {
  acl { allow any; }
}
`;
}
