// A throw-away Courier-IMAP 5 on 127.0.0.1; password "p". scripts/install-packages.ts brings the program.
// Its own login needs a system service; ours hands over to its imapd, which does all the rest.

import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findServer } from "../../scripts/lib/unpacked-servers.ts";
import { startLoginFront } from "./login-front.ts";
import type { MailServer } from "./mail-server.ts";
import { removeScratch, scratchDirectory } from "./scratch.ts";

export interface CourierOptions {
  readonly user?: string;
  /** As imapd is told what it can do. ENABLE, UTF8=ACCEPT and ACL it adds by itself. */
  readonly capabilities?: string;
}

export function isCourierInstalled(): boolean {
  return findServer("courier") !== undefined;
}

export async function startCourier(options: CourierOptions = {}): Promise<MailServer> {
  const root = findServer("courier");
  if (root === undefined) throw new Error("Courier is missing: run scripts/install-packages.ts courier");
  const directory = scratchDirectory("courier");
  const capabilities = options.capabilities ?? "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE SORT IDLE";
  const libraries = ["usr/lib", "usr/lib/courier-authlib"].map((path) => join(root, path)).join(":");
  const isRoot = process.getuid?.() === 0;
  const sharedIndex = join(directory, "shared-index");
  writeFileSync(sharedIndex, "");
  chmodSync(directory, 0o755);
  mkdirSync(join(directory, "home"));

  const homeOf = (user: string): string => {
    const home = join(directory, "home", user);
    if (existsSync(home)) return home;
    mkdirSync(home);
    execFileSync(join(root, "usr/bin/maildirmake.courier"), [join(home, "Maildir")], {
      env: { LD_LIBRARY_PATH: libraries },
    });
    if (isRoot) execFileSync("chown", ["-R", "mail:mail", home]);
    return home;
  };

  const front = await startLoginFront({
    capabilities,
    program: (user, tag) => {
      const home = homeOf(user);
      const identity = ["setpriv", "--reuid=mail", "--regid=mail", "--clear-groups", "--"];
      const words = [join(root, "usr/bin/imapd"), "Maildir"];
      const env = {
        PATH: process.env["PATH"] ?? "",
        LD_LIBRARY_PATH: libraries,
        IMAP_CAPABILITY: capabilities,
        IMAP_KEYWORDS: "1",
        IMAP_USELOCKS: "1",
        IMAP_IDLE_TIMEOUT: "60",
        IMAP_ENHANCEDIDLE: "0",
        IMAP_SHAREDINDEXFILE: sharedIndex,
        MAILDIRPATH: "Maildir",
        PROTOCOL: "IMAP",
        AUTHSERVICE: "imap",
        TCPREMOTEIP: "127.0.0.1",
        TCPREMOTEPORT: "1",
        HOME: home,
        AUTHENTICATED: user,
        AUTHADDR: user,
        IMAPLOGINTAG: tag,
      };
      return { words: isRoot ? [...identity, ...words] : words, env, cwd: home };
    },
  });
  return {
    kind: "courier",
    isBare: true,
    host: "127.0.0.1",
    port: front.port,
    tlsPort: undefined,
    certificateFile: undefined,
    user: options.user ?? "u",
    password: "p",
    delimiter: ".",
    prefix: "INBOX.",
    directory,
    tunnelCommand: () => {
      throw new Error("Courier is reached over TCP only");
    },
    restart: (meanwhile) => {
      front.endAll();
      meanwhile?.();
      return Promise.resolve();
    },
    stop: async () => {
      await front.stop();
      removeScratch(directory);
    },
  };
}
