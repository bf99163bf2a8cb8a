// Holds a server up as a whole, as an overloaded machine would.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MailServer } from "./mail-server.ts";

/** To all processes of the server. */
export function signalServer({ kind, directory }: MailServer, signal: "SIGSTOP" | "SIGCONT"): void {
  const file = join(directory, kind === "dovecot" ? "run/master.pid" : "master.pid");
  // The first process leads a group of its own.
  process.kill(-Number(readFileSync(file, "utf8")), signal);
}
