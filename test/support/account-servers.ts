// Servers for tests of logins: in plain text, with a certificate, and the issuer of their tokens; and what command lines say of them.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after } from "node:test";
import { listDelimiter } from "../../src/imap/verbs/list.ts";
import { type Means, withAccounts } from "./copier-accounts.ts";
import { startDovecot } from "./dovecot.ts";
import { promptFailures } from "./dovecot-failures.ts";
import { acceptTokensOf } from "./dovecot-oauth.ts";
import { listen } from "./inet-settings.ts";
import type { MailServer } from "./mail-server.ts";
import { type OAuthIssuer, startOAuthIssuer } from "./oauth-issuer.ts";
import { removeScratch, scratchDirectory } from "./scratch.ts";

/** `admin`, whose password is "m", may act for anybody. */
const master = `passdb {
  driver = static
  master = yes
  args = password=m
}
`;

type More = Readonly<Record<string, string | number | undefined>>;

export interface AccountServers {
  /** Users have the password p. */
  readonly plain: MailServer;
  /** With a certificate; takes tokens of the issuer. */
  readonly tls: MailServer;
  readonly issuer: OAuthIssuer;
  /** Nothing answers there. */
  readonly closedPort: number;
  readonly files: string;
  /** Writes a private file; returns its path. */
  readonly file: (name: string, text: string) => string;
  /** Of host N, unless told otherwise: the plain server, user u, password p. */
  readonly host: (number: 1 | 2, more?: More) => string[];
  /** Of host N: the server with a certificate, by TLS from the beginning. */
  readonly tlsHost: (number: 1 | 2, more?: More) => string[];
}

/** To be called once a file, at its top; they stop behind its last test. */
export async function startAccountServers(): Promise<AccountServers> {
  const files = scratchDirectory("accounts");
  const issuer = await startOAuthIssuer();
  const [plain, tls] = await Promise.all([
    startDovecot({ extraConfig: `${promptFailures}\nauth_mechanisms = plain login cram-md5\n${master}` }),
    startDovecot({ tls: true, extraConfig: `${promptFailures}\n${acceptTokensOf(issuer)}` }),
  ]);
  const server = createServer();
  const closedPort = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  after(async () => {
    await Promise.all([plain.stop(), tls.stop(), issuer.stop()]);
    removeScratch(files);
  });
  const host = (number: 1 | 2, more: More = {}): string[] => {
    const all = { host: "127.0.0.1", port: plain.port, user: `u${number}`, password: "p", ...more };
    return Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}${number}`, String(value)],
    );
  };
  return {
    ...{ plain, tls, issuer, closedPort, files, host },
    file: (name, text) => {
      const path = join(files, name);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    },
    tlsHost: (number, more = {}) => {
      const ca = `SSL_ca_file=${tls.certificateFile ?? ""}`;
      return [...host(number, { port: tls.tlsPort, sslargs: ca, ...more }), `--ssl${number}`];
    },
  };
}

/** Both accounts, of which each lists; what was said. */
export const bothIn = (argv: readonly string[], means: Means = {}): Promise<readonly string[]> =>
  withAccounts(argv, means, async ({ sessions, lines }) => {
    for (const session of [sessions.local, sessions.remote]) assert.equal(await listDelimiter(session, ""), "/");
    return lines;
  });

/** By which host1 was logged in to. */
export const mechanism = (lines: readonly string[]): string | undefined =>
  lines.map((line) => /^Host1: success login .* auth \[(.*)\]$/.exec(line)?.[1]).find((name) => name !== undefined);
