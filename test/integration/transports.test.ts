// Ways to a server that other tests do not take: through a proxy, by an address in brackets, with certificates in a
// hashed directory or a key pinned as the manual page says, and through a command that talks on its error output.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { startTinyproxy, startTlsFront } from "../support/debian-proxies.ts";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import {
  type InterimapHome,
  makeHome,
  overTls,
  overTunnel,
  plainText,
  runInterimap,
  type SectionSettings,
} from "../support/run-interimap.ts";
import { removeScratch, scratchDirectory } from "../support/scratch.ts";
import { startSocksProxy } from "../support/socks-proxy.ts";
import { contents, deliver, mails } from "../support/two-stores.ts";
import { assertConverges } from "./converge.ts";
import { assertNoSecret, assertRefused, password } from "./refusal.ts";

let plain: MailServer;
let secure: MailServer;
let files: string;

before(async () => {
  files = scratchDirectory("transports");
  [plain, secure] = await Promise.all([
    startDovecot(),
    startDovecot({ tls: true, extraConfig: "listen = 127.0.0.1, ::1" }),
  ]);
});

after(async () => {
  await Promise.all([plain, secure].map((server) => server.stop()));
  removeScratch(files);
});

let users = 0;

/** A message of each side reaches the other one; `remote` is what differs from TLS with SSL_CAfile. */
async function assertReached(t: TestContext, remote: SectionSettings): Promise<InterimapHome> {
  const user = `u${++users}`;
  const pair = { local: asUser(plain, user), remote: asUser(secure, user) };
  await deliver(pair.local, "INBOX", ...mails("here", 1));
  await deliver(pair.remote, "INBOX", ...mails("there", 1));
  const home = homeFor(t, { ...overTls(pair.remote), ...remote }, pair.local);
  await assertConverges({ ...pair, home });
  assert.deepEqual(await contents(pair.local), ["here1", "there1"]);
  return home;
}

function homeFor(t: TestContext, remote: SectionSettings, local: MailServer = plain): InterimapHome {
  const home = makeHome({ local, remote });
  t.after(() => home.remove());
  return home;
}

for (const { protocol, host, asked } of [
  { protocol: "socks5", host: "127.0.0.1", asked: "address 127.0.0.1" },
  { protocol: "socks5", host: "[127.0.0.1]", asked: "address 127.0.0.1" },
  { protocol: "socks5h", host: "localhost", asked: "name localhost" },
]) {
  test(`proxy = ${protocol}:// to ${host}`, async (t) => {
    // Nothing in it is an escape or ends it early.
    const credentials = `jane:%41@:/${password}`;
    const proxy = await startSocksProxy(t, { credentials });
    const home = await assertReached(t, { host, proxy: `${protocol}://${credentials}@127.0.0.1:${proxy.port}` });
    assert.deepEqual([...new Set(proxy.requests)], [asked]);
    const { stderr } = await runInterimap(home, ["--debug", "--debug"]);
    assert.match(stderr, /^remote: C: \S+ LOGOUT$/m);
    assertNoSecret(stderr);
  });
}

test("a proxy that refuses the password", async (t) => {
  const { port } = await startSocksProxy(t, { credentials: "jane:other" });
  await assertRefused(homeFor(t, { ...overTls(secure), proxy: `socks5://jane:${password}@[127.0.0.1]:${port}` }), {
    status: 69,
    line: `remote: cannot connect to 127.0.0.1:${secure.tlsPort!} through the SOCKS proxy 127.0.0.1:${port}: the proxy refused the user name or password; check USER:PASSWORD in the proxy setting`,
  });
});

// The user name and password of tinyproxy, and how the setting has them.
const credentials = { username: "jane", password: "s3cr3t" };
const written = "jane:s3%63r3t";

test("a web proxy", async (t) => {
  const port = await startTinyproxy(t, { address: "127.0.0.1", credentials });
  const home = await assertReached(t, { proxy: `http://${written}@127.0.0.1:${port}/` });
  const { stderr } = await runInterimap(home, ["--debug", "--debug"]);
  assert.match(stderr, /^remote: C: \S+ LOGOUT$/m);
  assert.doesNotMatch(stderr, /s3(?:c|%63)r3t/);
});

test("a web proxy over TLS", async (t) => {
  const inner = await startTinyproxy(t, { address: "127.0.0.1", credentials });
  const front = await startTlsFront(t, "127.0.0.1", inner);
  const remote = { ...overTls(secure), proxy: `https://${written}@localhost:${front.port}` };
  const home = homeFor(t, remote);
  const trusting = await runInterimap(home, [], { env: { SSL_CERT_FILE: front.certificateFile } });
  assert.equal(trusting.status, 0, trusting.stderr);
  await assertRefused(home, {
    status: 76,
    line: [
      `remote: the HTTP proxy localhost:${front.port}: the server's certificate is self-signed (`,
      "; check the proxy setting; SSL_CERT_FILE or NODE_EXTRA_CA_CERTS can name the authority of its certificate",
    ],
  });
});

test("host in brackets: IPv4, which the certificate names", async (t) => {
  await assertReached(t, { host: "[127.0.0.1]" });
});

test("host in brackets: IPv6", async (t) => {
  await assertReached(t, { ...plainText(secure), SSL_CAfile: undefined, host: "[::1]", username: `u${users + 1}` });
  await assertRefused(homeFor(t, { ...overTls(secure), host: "[::1]" }), {
    status: 76,
    line: [
      `remote: [::1]:${secure.tlsPort!}: the server's certificate is for localhost, 127.0.0.1, not for ::1 (`,
      "; set host to a name the certificate has",
    ],
  });
});

test("a name in brackets is refused", (t) =>
  assertRefused(homeFor(t, { ...overTls(secure), host: "[localhost]" }), {
    status: 78,
    line: /: host: bad value "\[localhost\]"; expected an IP address between the square brackets$/,
  }));

test("SSL_CApath", async (t) => {
  const [hashed, empty] = [join(files, "hashed"), join(files, "empty")];
  for (const directory of [hashed, empty]) mkdirSync(directory);
  const certificate = secure.certificateFile!;
  const hash = execFileSync("openssl", ["x509", "-hash", "-noout", "-in", certificate], { encoding: "utf8" }).trim();
  copyFileSync(certificate, join(hashed, `${hash}.0`));
  await assertReached(t, { SSL_CAfile: undefined, SSL_CApath: hashed });
  await assertRefused(homeFor(t, { ...overTls(secure), SSL_CAfile: undefined, SSL_CApath: empty }), {
    status: 76,
    line: /: the server's certificate is self-signed \(/,
  });
});

test("SSL_fingerprint from the manual page's command line", async (t) => {
  const manual = readFileSync("man/interimap.1.md", "utf8");
  const lines = /^```\n(openssl x509 -in cert\.pem [^`]*)```$/m.exec(manual)?.[1];
  assert.ok(lines !== undefined, "the manual page has the command line");
  const command = lines.replace("cert.pem", secure.certificateFile!);
  const output = execFileSync("sh", ["-c", command], { encoding: "utf8" });
  const digest = /\b[0-9a-f]{64}$/m.exec(output)?.[0];
  assert.ok(digest !== undefined, output);
  for (const SSL_fingerprint of [digest, `sha256$${digest.toUpperCase()}`]) {
    await assertReached(t, { SSL_CAfile: undefined, SSL_verify: "NO", SSL_fingerprint });
  }
  const other = digest.replace(/./g, (digit) => (digit === "0" ? "1" : "0"));
  await assertRefused(homeFor(t, { ...overTls(secure), SSL_fingerprint: other }), {
    status: 76,
    line: /: the server's key sha256\$[0-9a-f]{64} is not in SSL_fingerprint, which has sha256\$[0-9a-f]{64} \(/,
  });
});

for (const words of ["exec", "command", "umask=077", "exec nice"]) {
  test(`a tunnel command that begins with "${words}", and has no character that is special to a shell`, async (t) => {
    const { command, ...tunnel } = overTunnel(secure);
    const home = homeFor(t, { ...tunnel, command: `${words} ${command!}` });
    const { status, stderr } = await runInterimap(home);
    assert.equal(status, 0, stderr);
  });
}

test("a tunnel command whose program is not there: exec is as good as none", async (t) => {
  for (const command of ["/nowhere/imapd", "exec /nowhere/imapd"]) {
    const { status, stderr } = await runInterimap(homeFor(t, { type: "tunnel", command, "null-stderr": "YES" }));
    assert.equal(status, 69, stderr);
    assert.match(stderr, /^remote: the tunnel command \/nowhere\/imapd (?:cannot be started|exited with status 127)/m);
  }
});

test("a tunnel command inherits no open file, and is in a session of its own", async (t) => {
  const { command, ...tunnel } = overTunnel(secure);
  const listing = join(files, "inherited");
  const home = homeFor(t, {
    ...tunnel,
    command: `for fd in /proc/$$/fd/*; do readlink "$fd"; done >${listing}; cut -d" " -f1,5,6 /proc/$$/stat >>${listing}; exec ${command!}`,
  });
  const { status, stderr } = await runInterimap(home);
  assert.equal(status, 0, stderr);
  const lines = readFileSync(listing, "utf8").trimEnd().split("\n");
  const [pid, ...leaders] = lines.pop()!.split(" ");
  // Standard input and output, our error output, and the listing itself with what a shell keeps meanwhile.
  for (const line of lines) assert.match(line, /^(?:socket|pipe):|^\/dev\/null$|\/inherited$/);
  // Its group and its session are its own.
  assert.deepEqual(leaders, [pid, pid]);
});

test("null-stderr silences the command, but not under --debug", async (t) => {
  const { command, ...tunnel } = overTunnel(secure);
  const words = "words of the command";
  const home = homeFor(t, { ...tunnel, command: `echo ${words} >&2; exec ${command!}` });
  const quiet = await runInterimap(home);
  assert.deepEqual({ status: quiet.status, stderr: quiet.stderr }, { status: 0, stderr: "" });
  const loud = await runInterimap(home, ["--debug"]);
  assert.equal(loud.status, 0, loud.stderr);
  assert.ok(loud.stderr.split("\n").includes(words), loud.stderr);
});
