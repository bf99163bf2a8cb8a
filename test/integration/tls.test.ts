// TLS with a real server: each SSL_ setting does what it says, and a refusal tells how to go on.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { eventually } from "../support/eventually.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { populate } from "../support/mail-store.ts";
import {
  type InterimapHome,
  makeHome,
  overStartTls,
  overTls,
  overTunnel,
  plainText,
  runInterimap,
  type SectionSettings,
} from "../support/run-interimap.ts";
import { removeScratch, scratchDirectory } from "../support/scratch.ts";
import { makeTlsFixtures, type TlsFixtures } from "../support/tls-fixtures.ts";
import { assertConverges, assertNothingToDo } from "./converge.ts";
import { assertRefused } from "./refusal.ts";

/** A name for which the server has a certificate of its own. */
const otherName = "mail.example.org";

let plain: MailServer;
let secure: MailServer;
let modern: MailServer;
let fixtures: TlsFixtures;
let files: string;
let fingerprint: string;

before(async () => {
  fixtures = makeTlsFixtures();
  files = scratchDirectory("tls-files");
  const [cert, key] = [join(files, "other.pem"), join(files, "other.key")];
  writeFileSync(cert, fixtures.otherName.cert);
  writeFileSync(key, fixtures.otherName.key);
  for (const name of ["hashed", "plain", "garbage"]) mkdirSync(join(files, name));
  [plain, secure, modern] = await Promise.all([
    startDovecot(),
    startDovecot({
      tls: true,
      compress: true,
      extraConfig: `
login_log_format_elements = user=<%u> <%k>
local_name ${otherName} {
  ssl_cert = <${cert}
  ssl_key = <${key}
}`,
    }),
    startDovecot({ tls: true, extraConfig: "ssl_min_protocol = TLSv1.3\nimap_capability = +LOGINDISABLED" }),
  ]);
  const hash = execFileSync("openssl", ["x509", "-hash", "-noout", "-in", secure.certificateFile!], {
    encoding: "utf8",
  });
  for (const name of [`hashed/${hash.trim()}.0`, "plain/ca.pem"])
    copyFileSync(secure.certificateFile!, join(files, name));
  writeFileSync(join(files, "garbage/0123abcd.0"), "-----BEGIN CERTIFICATE-----\n");
  symlinkSync("gone.pem", join(files, "hashed/0123abcd.0"));
  fingerprint = `sha256$${keyDigest(secure, "sha256")}`;
});

after(async () => {
  removeScratch(files);
  await Promise.all([plain, secure, modern].map((server) => server.stop()));
});

for (const [name, over] of [
  ["imaps", overTls],
  ["STARTTLS", overStartTls],
] as const) {
  test(`${name} with SSL_CAfile, and compression inside`, async (t) => {
    const [local, remote] = [asUser(plain, name), asUser(secure, name)];
    await populate(local, { messages: 10, mailboxes: 3 });
    await populate(remote, { messages: 10, mailboxes: 3, seed: 2 });
    const home = homeFor(t, local, { ...over(remote), compress: "YES" });
    await assertConverges({ home, local, remote });
    await assertNothingToDo({ home, local, remote });
    const { stderr } = await runInterimap(home, ["--debug"]);
    assert.match(stderr, /^remote: C: \S+ COMPRESS DEFLATE$/m);
    assert.match(await cipherSeen(name), /^TLSv1\.3 /);
  });

  test(`${name} without SSL_CAfile is refused before a name or password is sent`, async (t) => {
    const home = homeFor(t, plain, { ...over(asUser(secure, "nobody")), SSL_CAfile: undefined });
    await assertRefused(home, {
      status: 76,
      line: /^remote: .*: the server's certificate is self-signed \(/,
    });
    assert.ok(!logOf(secure).includes("nobody"));
  });
}

test("a right SSL_fingerprint is not enough for a certificate that cannot be verified", async (t) => {
  const home = homeFor(t, plain, { ...overTls(secure), SSL_CAfile: undefined, SSL_fingerprint: fingerprint });
  const line = [
    `remote: 127.0.0.1:${secure.tlsPort}: the server's certificate is self-signed (`,
    "; name its authority in SSL_CAfile, or trust this very key by setting SSL_verify=NO",
  ];
  await assertRefused(home, { status: 76, line });
});

for (const { name, settings } of [
  { name: "SSL_verify=NO", settings: () => ({}) },
  { name: "SSL_verify=NO and a right SSL_fingerprint", settings: () => ({ SSL_fingerprint: fingerprint }) },
  { name: "a fingerprint in SHA-1", settings: () => ({ SSL_fingerprint: `sha1$${keyDigest(secure, "sha1")}` }) },
  {
    name: "the right one of two fingerprints",
    settings: () => ({ SSL_fingerprint: `${"0".repeat(64)} ${keyDigest(secure, "sha256").toUpperCase()}` }),
  },
]) {
  test(`${name}: no authority is needed`, (t) =>
    assertWorks(homeFor(t, plain, { ...overTls(secure), SSL_CAfile: undefined, SSL_verify: "NO", ...settings() })));
}

test("a wrong SSL_fingerprint is refused even where nothing is verified; the line has what to set", async (t) => {
  const section = { ...overTls(secure), SSL_verify: "NO", SSL_fingerprint: `sha256$${"ab".repeat(32)}` };
  const home = homeFor(t, plain, section);
  const line = [
    `remote: 127.0.0.1:${secure.tlsPort}: the server's key ${fingerprint} is not in SSL_fingerprint, which has ${section.SSL_fingerprint} (`,
    `; if the server has a new key, set SSL_fingerprint=${fingerprint}; else somebody else may be answering`,
  ];
  await assertRefused(home, { status: 76, line });
  home.configure({ local: plain, remote: { ...section, SSL_fingerprint: fingerprint } });
  await assertWorks(home);
});

test("SSL_hostname chooses among the server's certificates", async (t) => {
  const section = { ...overTls(secure), SSL_verify: "NO", SSL_fingerprint: fixtures.otherName.sha256 };
  const home = homeFor(t, plain, section);
  await assertRefused(home, { status: 76, line: / is not in SSL_fingerprint, / });
  home.configure({ local: plain, remote: { ...section, SSL_hostname: otherName } });
  await assertWorks(home);
});

test("the host's name is asked for, unless SSL_hostname is empty", async (t) => {
  const byName = { ...overTls(secure), host: "localhost", SSL_verify: "NO", SSL_fingerprint: fingerprint };
  await assertWorks(homeFor(t, plain, byName));
  await assertWorks(homeFor(t, plain, { ...byName, SSL_hostname: "" }));
});

for (const { name, settings, seen } of [
  { name: "SSL_protocol_max", settings: { SSL_protocol_max: "TLSv1.2" }, seen: /^TLSv1\.2 / },
  { name: "SSL_protocol_min", settings: { SSL_protocol_min: "TLSv1.3" }, seen: /^TLSv1\.3 / },
  { name: "SSL_protocols", settings: { SSL_protocols: "!TLSv1.3" }, seen: /^TLSv1\.2 / },
  {
    name: "SSL_cipherlist",
    settings: { SSL_protocol_max: "TLSv1.2", SSL_cipherlist: "ECDHE-ECDSA-CHACHA20-POLY1305" },
    seen: /ECDHE-ECDSA-CHACHA20-POLY1305/,
  },
  {
    name: "SSL_ciphersuites",
    settings: { SSL_ciphersuites: "TLS_AES_128_GCM_SHA256" },
    seen: /TLS_AES_128_GCM_SHA256/,
  },
  { name: "SSL_ciphersuites-without-value", settings: { SSL_ciphersuites: "" }, seen: /^TLSv1\.2 / },
]) {
  test(`${name} decides what the server sees`, async (t) => {
    await assertWorks(homeFor(t, plain, { ...overTls(asUser(secure, name)), ...settings }));
    assert.match(await cipherSeen(name), seen);
  });
}

test("no TLS version in common", async (t) => {
  const section = { ...overTls(modern), SSL_protocol_max: "TLSv1.2" };
  const home = homeFor(t, plain, section);
  // Dovecot hangs up without a word
  const line = `remote: 127.0.0.1:${modern.tlsPort}: the connection broke during the TLS handshake: connection reset; `;
  await assertRefused(home, { status: 69, line: new RegExp(`^${line}`) });
  home.configure({ local: plain, remote: { ...section, SSL_protocol_max: "TLSv1.3" } });
  await assertWorks(home);
});

/** What the environment says of authorities, with the paths of {@link authorities}. */
interface InEnvironment {
  readonly what: string;
  readonly env: Readonly<Record<string, keyof typeof authorities | readonly (keyof typeof authorities)[]>>;
  readonly settings?: SectionSettings;
  /** What the run ends with, if it is refused. */
  readonly refused?: { readonly status: 76 | 78; readonly line: RegExp };
}

const authorities = {
  ours: () => secure.certificateFile!,
  other: () => fixtures.caFile,
  hashed: () => join(files, "hashed"),
  "other hashed": () => fixtures.caPath,
  nothing: () => "/nonexistent/ca.pem",
  "no certificate": () => join(files, "other.key"),
  "not hashed": () => join(files, "plain"),
  garbage: () => join(files, "garbage"),
  unset: () => "",
};

const environments: readonly InEnvironment[] = [
  { what: "SSL_CERT_FILE has the authority", env: { SSL_CERT_FILE: "ours" } },
  { what: "SSL_CERT_DIR has it", env: { SSL_CERT_DIR: "hashed" } },
  { what: "the second directory in SSL_CERT_DIR has it", env: { SSL_CERT_DIR: ["other hashed", "hashed"] } },
  { what: "one of the two has it", env: { SSL_CERT_FILE: "other", SSL_CERT_DIR: "hashed" } },
  { what: "an empty SSL_CERT_DIR beside it does no harm", env: { SSL_CERT_FILE: "ours", SSL_CERT_DIR: "not hashed" } },
  { what: "all of them have it", env: { SSL_CERT_FILE: "ours", SSL_CERT_DIR: "hashed", NODE_EXTRA_CA_CERTS: "ours" } },
  { what: "NODE_EXTRA_CA_CERTS has it", env: { NODE_EXTRA_CA_CERTS: "ours" } },
  { what: "NODE_EXTRA_CA_CERTS adds to SSL_CERT_FILE", env: { SSL_CERT_FILE: "other", NODE_EXTRA_CA_CERTS: "ours" } },
  { what: "variables without a value are not set", env: { SSL_CERT_FILE: "unset", NODE_EXTRA_CA_CERTS: "ours" } },
  {
    what: "SSL_CERT_FILE has another one",
    env: { SSL_CERT_FILE: "other" },
    refused: { status: 76, line: /certificate is self-signed \(.*\); name its authority in SSL_CAfile/ },
  },
  {
    what: "SSL_CERT_DIR has another one",
    env: { SSL_CERT_DIR: "other hashed" },
    refused: { status: 76, line: /certificate is self-signed \(.*\); name its authority in SSL_CAfile/ },
  },
  {
    what: "SSL_CAfile wins over all of them",
    env: { SSL_CERT_FILE: "nothing", SSL_CERT_DIR: "nothing", NODE_EXTRA_CA_CERTS: "ours" },
    settings: { SSL_CAfile: "other" },
    refused: { status: 76, line: /: the server's certificate is self-signed \(.*\); name its authority in SSL_CAfile/ },
  },
  {
    what: "SSL_CApath wins over all of them, too",
    env: { SSL_CERT_FILE: "nothing", SSL_CERT_DIR: "nothing", NODE_EXTRA_CA_CERTS: "nothing" },
    settings: { SSL_CApath: "hashed" },
  },
  ...(["SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"] as const).map((name) => ({
    what: `${name} names what is not there`,
    env: { [name]: "nothing" } as const,
    refused: {
      status: 78 as const,
      line: new RegExp(
        `^remote: ${name}: cannot read /nonexistent/ca\\.pem: .*no such file.*; correct or unset ${name} in the environment$`,
      ),
    },
  })),
  ...(["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] as const).map((name) => ({
    what: `${name} names a file without a certificate`,
    env: { [name]: "no certificate" } as const,
    refused: {
      status: 78 as const,
      line: new RegExp(`^remote: ${name}: cannot read \\S+: it has no certificate in PEM`),
    },
  })),
  ...(["not hashed", "garbage"] as const).map((which) => ({
    what: `SSL_CERT_DIR has no certificate: ${which}`,
    env: { SSL_CERT_DIR: which } as const,
    refused: {
      status: 78 as const,
      line: /^remote: SSL_CERT_DIR: \S+ has no certificate under a hashed name; run openssl rehash/,
    },
  })),
];

for (const { what, env, settings = {}, refused } of environments) {
  test(`whom to trust, by the environment: ${what}`, async (t) => {
    const pathOf = (name: string | undefined): string => authorities[name as keyof typeof authorities]();
    const variables = Object.fromEntries(
      Object.entries(env).map(([name, which]) => [name, [which].flat().map(pathOf).join(":")]),
    );
    const named = Object.fromEntries(Object.entries(settings).map(([name, which]) => [name, pathOf(which)]));
    for (const over of [overTls, overStartTls]) {
      const home = homeFor(t, plain, { ...over(secure), SSL_CAfile: undefined, ...named });
      if (refused === undefined) await assertWorks(home, variables);
      else await assertRefusedIn(variables, home, refused);
    }
  });
}

/** Node.js has a word of its own to say of NODE_EXTRA_CA_CERTS. */
async function assertRefusedIn(
  env: Readonly<Record<string, string>>,
  home: InterimapHome,
  { status, line }: NonNullable<InEnvironment["refused"]>,
): Promise<void> {
  const result = await runInterimap(home, [], { env });
  assert.equal(result.status, status, result.stderr);
  const lines = result.stderr
    .split("\n")
    .filter((one) => one !== "" && !one.startsWith("Warning: Ignoring extra certs"));
  assert.match(lines.join("\n"), line);
}

test("whom to trust, by the environment, is not asked where nobody has to be trusted", async (t) => {
  const env = { SSL_CERT_FILE: "/nonexistent", NODE_EXTRA_CA_CERTS: "/nonexistent" };
  const pinned = { ...overTls(secure), SSL_CAfile: undefined, SSL_verify: "NO", SSL_fingerprint: fingerprint };
  for (const remote of [pinned, plainText(secure), overTunnel(secure)])
    await assertWorks(homeFor(t, plain, remote), env);
});

for (const auth of ["PLAIN", "LOGIN PLAIN", "LOGIN"]) {
  test(`LOGINDISABLED without TLS: no password is sent, with auth = ${auth}`, async (t) => {
    const user = asUser(modern, `disabled-${auth.replace(" ", "-").toLowerCase()}`);
    const home = homeFor(t, plain, { ...plainText(user), auth });
    const { status, stderr } = await runInterimap(home, ["--debug"]);
    assert.equal(status, 77, stderr);
    const line =
      "remote: the server accepts no password without TLS (LOGINDISABLED); none was sent; use type = imaps, or STARTTLS = YES";
    assert.ok(stderr.split("\n").includes(line), stderr);
    assert.doesNotMatch(stderr, /^remote: C: \S+ (?:AUTHENTICATE|LOGIN )/m);
    assert.ok(!logOf(modern).includes(user.user));
  });
}

test("LOGINDISABLED under TLS is about the LOGIN command only, and in a tunnel without a login nothing", async (t) => {
  for (const over of [overTls, overStartTls]) {
    await assertWorks(homeFor(t, plain, { ...over(modern), auth: "LOGIN PLAIN" }));
    const home = homeFor(t, plain, { ...over(modern), auth: "LOGIN" });
    await assertRefused(home, {
      status: 77,
      line: /^remote: the server offers none of .*\(LOGIN\); see the setting auth$/,
    });
  }
  await assertWorks(homeFor(t, plain, overTunnel(modern)));
});

test("a minimum above the maximum is an error in the configuration", async (t) => {
  const home = homeFor(t, plain, { ...overTls(secure), SSL_protocol_min: "TLSv1.3", SSL_protocol_max: "TLSv1.2" });
  const line = /:\d+: SSL_protocol_min is newer than SSL_protocol_max; expected at most TLSv1\.2$/;
  await assertRefused(home, { status: 78, line });
});

function homeFor(t: TestContext, local: MailServer, remote: SectionSettings): InterimapHome {
  const home = makeHome({ local: plainText(local), remote });
  t.after(() => home.remove());
  return home;
}

async function assertWorks(home: InterimapHome, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const { status, stderr } = await runInterimap(home, [], { env });
  assert.equal(status, 0, stderr);
}

/** Version and cipher of a user's login, from the server's log, which is written a moment later, in lower case. */
async function cipherSeen(user: string): Promise<string> {
  return eventually(`a login of ${user}`, () => {
    const cipher = logOf(secure).split(`Login: user=<${user.toLowerCase()}>, <`)[1];
    return cipher?.slice(0, cipher.indexOf(">"));
  });
}

function logOf({ directory }: MailServer): string {
  return readFileSync(join(directory, "dovecot.log"), "utf8");
}

function keyDigest({ certificateFile }: MailServer, algorithm: string): string {
  const key = new X509Certificate(readFileSync(certificateFile!)).publicKey.export({ type: "spki", format: "der" });
  return createHash(algorithm).update(key).digest("hex");
}
