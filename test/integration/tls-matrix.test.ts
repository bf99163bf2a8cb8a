// The TLS settings that the manual lists, a row each: what they let in, and what they keep out, for imaps and after STARTTLS, with
// real servers. Where Dovecot's OpenSSL refuses what is to be shown, Node.js does the TLS before it. Settings come from a
// configuration file. A server that is kept out hears nothing of the login.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { TlsOptions } from "node:tls";
import { loadConfig } from "../../src/config/config.ts";
import { settings } from "../../src/config/settings.ts";
import type { ServerSettings } from "../../src/model/server-settings.ts";
import { connectTo, recordedLog } from "../protocol/fixture.ts";
import { localNames, makeAuthority } from "../support/authority.ts";
import { startDovecot } from "../support/dovecot.ts";
import { requireCertificatesOf } from "../support/dovecot-certificates.ts";
import { errorLine } from "../support/error-line.ts";
import type { MailServer } from "../support/mail-server.ts";
import { removeScratch, scratchDirectory } from "../support/scratch.ts";
import { startTlsFront, type TlsFront, type TlsVisit } from "../support/tls-front.ts";

const authority = makeAuthority();
const stranger = makeAuthority("Stranger");
const altNames = localNames;
const trusted = authority.issue("trusted", { altNames });
const rsa = authority.issue("rsa", { altNames, newKey: ["rsa:2048"] });
const byName = authority.issue("by-name", { altNames: "DNS:mail.example.org" });
const expired = authority.issue("expired", { altNames, validDays: [-10, -5] });
const selfSigned = authority.selfSign("self-signed", { altNames });
const me = authority.issue("me", { subject: "/CN=u" });
const nobody = stranger.issue("nobody", { subject: "/CN=u" });

const files = scratchDirectory("tls-matrix");
const hashed = hashDirectory("hashed", authority.certFile);
const otherHashed = hashDirectory("other-hashed", stranger.certFile);
const unhashed = join(files, "unhashed");
mkdirSync(unhashed);
copyFileSync(authority.certFile, join(unhashed, "ca.pem"));
for (const { directory } of [authority, stranger]) chmodSync(directory, 0o755);

function hashDirectory(name: string, certFile: string): string {
  const directory = join(files, name);
  mkdirSync(directory);
  const hash = execFileSync("openssl", ["x509", "-hash", "-noout", "-in", certFile], { encoding: "utf8" }).trim();
  copyFileSync(certFile, join(directory, `${hash}.0`));
  return directory;
}

function fingerprint({ x509 }: Pick<typeof trusted, "x509">, algorithm: string): string {
  return createHash(algorithm)
    .update(x509.publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
}

type Settings = Readonly<Record<string, string | undefined>>;

interface Accepted {
  readonly with: Settings;
  readonly seen: Partial<TlsVisit>;
}

interface Row {
  readonly what: string;
  /** Node.js's TLS with these options, or which Dovecot. */
  readonly server: TlsOptions | "dovecot" | "modern dovecot" | "strict dovecot";
  readonly env?: Settings;
  /** Each gets in; `seen` says how. SSL_CAfile has the authority unless told. */
  readonly accepted: readonly (Settings | Accepted)[];
  /** Each is kept out, with this line. */
  readonly refused: readonly (readonly [Settings, RegExp])[];
}

const ok: TlsOptions = { cert: trusted.cert, key: trusted.key };
const ancient = { ...ok, minVersion: "TLSv1", ciphers: "DEFAULT:@SECLEVEL=0" } as const;
const noVersion = /no TLS version in common with the server/;
const noCipher =
  /the server refused the TLS handshake \(TLS alert handshake_failure\); see SSL_cipherlist, SSL_ciphersuites/;
const notTrusted = /comes from an authority that is not trusted/;
const none = { SSL_CAfile: undefined };
const wrongPin = "ab".repeat(32);
const insecure = { SSL_cipherlist: "DEFAULT:@SECLEVEL=0" };
const gone = /the connection broke during the TLS handshake|no TLS version in common/;
const required = /the server wants a certificate of ours \(TLS alert certificate_required\); set SSL_cert and SSL_key$/;

const rows: readonly Row[] = [
  {
    what: "the default is TLS 1.2 and newer",
    server: { ...ancient, maxVersion: "TLSv1.1" },
    accepted: [],
    refused: [[{}, noVersion]],
  },
  {
    what: "the default takes the newest",
    server: { ...ok, maxVersion: "TLSv1.3" },
    accepted: [{ with: {}, seen: { version: "TLSv1.3" } }],
    refused: [],
  },
  {
    what: "SSL_protocol_min, where the server has TLS 1.2",
    server: { ...ok, maxVersion: "TLSv1.2" },
    accepted: [
      { with: { SSL_protocol_min: "TLSv1.2" }, seen: { version: "TLSv1.2" } },
      { SSL_protocol_min: "TLSv1.1" },
    ],
    refused: [[{ SSL_protocol_min: "TLSv1.3" }, noVersion]],
  },
  {
    what: "SSL_protocol_min, where the server has TLS 1.1: older versions are there for those who ask, and lower the level",
    server: { ...ancient, maxVersion: "TLSv1.1" },
    accepted: [
      { with: { ...insecure, SSL_protocol_min: "TLSv1.1" }, seen: { version: "TLSv1.1" } },
      { ...insecure, SSL_protocol_min: "TLSv1" },
      { ...insecure, SSL_protocol_min: "SSLv3" },
    ],
    refused: [
      [{ ...insecure, SSL_protocol_min: "TLSv1.2" }, noVersion],
      [{ SSL_protocol_min: "TLSv1.1" }, /TLS is outdated: .*; SSL_cipherlist=DEFAULT:@SECLEVEL=0 accepts it/],
    ],
  },
  {
    what: "SSL_protocol_max, where the server has TLS 1.3",
    server: { ...ok, minVersion: "TLSv1.3" },
    accepted: [{ with: { SSL_protocol_max: "TLSv1.3" }, seen: { version: "TLSv1.3" } }],
    refused: [[{ SSL_protocol_max: "TLSv1.2" }, noVersion]],
  },
  {
    what: "SSL_protocol_max, and a Dovecot with nothing but TLS 1.3",
    server: "modern dovecot",
    accepted: [{}, { SSL_protocol_max: "TLSv1.3" }],
    refused: [[{ SSL_protocol_max: "TLSv1.2" }, gone]],
  },
  {
    what: "SSL_protocol_max keeps to TLS 1.1",
    server: { ...ancient, maxVersion: "TLSv1.3" },
    accepted: [{ with: { ...insecure, SSL_protocol_max: "TLSv1.1" }, seen: { version: "TLSv1.1" } }],
    refused: [[{ SSL_protocol_max: "SSLv3" }, /leave no usable TLS version; allow TLSv1\.2 or TLSv1\.3/]],
  },
  {
    what: "SSL_protocols names versions, or forbids them",
    server: { ...ok, maxVersion: "TLSv1.2" },
    accepted: [
      { with: { SSL_protocols: "TLSv1.2" }, seen: { version: "TLSv1.2" } },
      { SSL_protocols: "!TLSv1.3" },
      { SSL_protocols: "TLSv1.2 TLSv1.3" },
      { SSL_protocols: "!SSLv2 !SSLv3 !TLSv1 !TLSv1.1" },
    ],
    refused: [
      [{ SSL_protocols: "TLSv1.3" }, noVersion],
      [{ SSL_protocols: "!TLSv1.2" }, noVersion],
      [{ SSL_protocols: "TLSv1.2 TLSv1.3 !TLSv1.2" }, noVersion],
      [{ SSL_protocols: "!SSLv3 !TLSv1.2" }, noVersion],
    ],
  },
  {
    what: "SSL_protocols with older names",
    server: { ...ancient, maxVersion: "TLSv1" },
    accepted: [
      { with: { ...insecure, SSL_protocols: "TLSv1" }, seen: { version: "TLSv1" } },
      { ...insecure, SSL_protocols: "SSLv3 TLSv1.0" },
    ],
    refused: [
      [{ ...insecure, SSL_protocols: "TLSv1.1 TLSv1.2" }, noVersion],
      [{ SSL_protocols: "SSLv3" }, /leave no usable TLS version/],
    ],
  },
  {
    what: "SSL_protocols has no effect beside SSL_protocol_min or SSL_protocol_max",
    server: { ...ok, maxVersion: "TLSv1.2" },
    accepted: [
      { SSL_protocols: "TLSv1.3", SSL_protocol_min: "TLSv1.2" },
      { SSL_protocols: "TLSv1.3", SSL_protocol_max: "TLSv1.2" },
    ],
    refused: [[{ SSL_protocols: "TLSv1.2", SSL_protocol_min: "TLSv1.3" }, noVersion]],
  },
  {
    what: "SSL_cipherlist",
    server: { ...ok, maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305" },
    accepted: [
      { with: { SSL_cipherlist: "ECDHE-ECDSA-CHACHA20-POLY1305" }, seen: { cipher: "ECDHE-ECDSA-CHACHA20-POLY1305" } },
      { with: { SSL_cipherlist: "HIGH:!CHACHA20" }, seen: { cipher: "ECDHE-ECDSA-AES256-GCM-SHA384" } },
    ],
    refused: [
      [{ SSL_cipherlist: "ECDHE-ECDSA-AES128-GCM-SHA256" }, noCipher],
      [{ SSL_cipherlist: "HIGH:!aECDSA" }, noCipher],
      [
        { SSL_cipherlist: "NO-SUCH-CIPHER" },
        /^OpenSSL does not accept the SSL_ settings: no cipher match; check SSL_cipherlist/,
      ],
    ],
  },
  {
    what: "SSL_cipherlist for keys of another kind",
    server: { cert: rsa.cert, key: rsa.key, maxVersion: "TLSv1.2" },
    accepted: [{ SSL_cipherlist: "ECDHE-RSA-AES128-GCM-SHA256" }],
    refused: [[{ SSL_cipherlist: "ECDHE-ECDSA-AES128-GCM-SHA256" }, noCipher]],
  },
  {
    what: "SSL_ciphersuites",
    server: { ...ok, minVersion: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256" },
    accepted: [
      { with: { SSL_ciphersuites: "TLS_CHACHA20_POLY1305_SHA256" }, seen: { cipher: "TLS_CHACHA20_POLY1305_SHA256" } },
      { SSL_ciphersuites: "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256" },
    ],
    refused: [
      [{ SSL_ciphersuites: "TLS_AES_256_GCM_SHA384" }, noCipher],
      [{ SSL_ciphersuites: "" }, noVersion],
      [{ SSL_ciphersuites: "TLS_NO_SUCH_SUITE" }, /^OpenSSL does not accept the SSL_ settings: /],
    ],
  },
  {
    what: "SSL_ciphersuites without a value leaves TLS 1.2",
    server: ok,
    accepted: [{ with: { SSL_ciphersuites: "" }, seen: { version: "TLSv1.2" } }],
    refused: [[{ SSL_ciphersuites: "", SSL_protocol_min: "TLSv1.3" }, /leave no usable TLS version/]],
  },
  {
    what: "SSL_CAfile",
    server: "dovecot",
    accepted: [{ SSL_CAfile: authority.certFile }],
    refused: [
      [{ SSL_CAfile: stranger.certFile }, notTrusted],
      [none, notTrusted],
      [{ SSL_CAfile: "/nonexistent" }, /^SSL_CAfile: cannot read \/nonexistent: /],
    ],
  },
  {
    what: "SSL_CApath, and both",
    server: "dovecot",
    accepted: [
      { ...none, SSL_CApath: hashed },
      { SSL_CAfile: stranger.certFile, SSL_CApath: hashed },
      { SSL_CAfile: authority.certFile, SSL_CApath: otherHashed },
    ],
    refused: [
      [{ ...none, SSL_CApath: otherHashed }, notTrusted],
      [{ ...none, SSL_CApath: unhashed }, notTrusted],
      [{ ...none, SSL_CApath: "/nonexistent" }, /^SSL_CApath: cannot read \/nonexistent: /],
    ],
  },
  ...(
    [
      [{ SSL_CERT_FILE: authority.certFile }, { SSL_CERT_FILE: stranger.certFile }],
      [{ SSL_CERT_DIR: `${otherHashed}:${hashed}` }, { SSL_CERT_DIR: otherHashed }],
      [{ NODE_EXTRA_CA_CERTS: authority.certFile }, { NODE_EXTRA_CA_CERTS: stranger.certFile }],
    ] as const
  ).flatMap(([good, bad]): readonly Row[] => [
    {
      what: `the environment, ${Object.keys(good).join()}`,
      server: "dovecot",
      env: good,
      accepted: [none],
      refused: [],
    },
    {
      what: `the environment, another ${Object.keys(bad).join()}, which the settings overrule`,
      ...{ server: "dovecot", env: bad },
      accepted: [{ SSL_CAfile: authority.certFile }, { ...none, SSL_CApath: hashed }],
      refused: [[none, notTrusted]],
    },
  ]),
  {
    what: "SSL_hostname asks for a certificate, and host says for whom it has to be",
    server: "dovecot",
    accepted: [
      { SSL_hostname: "mail.example.org", SSL_verify: "NO", SSL_fingerprint: byName.pin },
      { SSL_hostname: "", SSL_fingerprint: trusted.pin },
    ],
    refused: [
      [{ SSL_hostname: "mail.example.org" }, /is for mail\.example\.org, not for (?:127\.0\.0\.1|localhost) \(/],
      [{ SSL_hostname: "", SSL_verify: "NO", SSL_fingerprint: byName.pin }, /is not in SSL_fingerprint/],
    ],
  },
  {
    what: "SSL_hostname: the host by default, none for an address",
    server: ok,
    accepted: [
      { with: { host: "localhost" }, seen: { serverName: "localhost" } },
      { with: { host: "localhost", SSL_hostname: "" }, seen: { serverName: undefined } },
      { with: { host: "127.0.0.1" }, seen: { serverName: undefined } },
      { with: { host: "127.0.0.1", SSL_hostname: "a.example" }, seen: { serverName: "a.example" } },
    ],
    refused: [],
  },
  {
    what: "SSL_fingerprint: by any digest, one of several, while a key is replaced",
    server: "dovecot",
    accepted: [
      { SSL_fingerprint: trusted.pin },
      { SSL_fingerprint: fingerprint(trusted, "sha256") },
      { SSL_fingerprint: `SHA256$${fingerprint(trusted, "sha256").toUpperCase()}` },
      { SSL_fingerprint: `sha1$${fingerprint(trusted, "sha1")}` },
      { SSL_fingerprint: `sha512$${fingerprint(trusted, "sha512")}` },
      { SSL_fingerprint: `sha3-256$${fingerprint(trusted, "sha3-256")}` },
      { SSL_fingerprint: `${wrongPin} sha1$${"0".repeat(40)} ${trusted.pin}` },
      { ...none, SSL_verify: "NO", SSL_fingerprint: `${byName.pin} ${trusted.pin}` },
    ],
    refused: [
      [{ SSL_fingerprint: wrongPin }, /is not in SSL_fingerprint, which has sha256\$abab/],
      [{ SSL_fingerprint: `sha1$${"0".repeat(40)}` }, /is not in SSL_fingerprint, which has sha1\$0000/],
      [{ SSL_fingerprint: `${wrongPin} ${byName.pin}`, SSL_verify: "NO" }, /is not in SSL_fingerprint/],
      [{ ...none, SSL_fingerprint: trusted.pin }, notTrusted],
    ],
  },
  ...(
    [
      ["the chain", selfSigned, /is self-signed/],
      ["the name", byName, /is for mail\.example\.org, not for 127\.0\.0\.1/],
      ["the time", expired, /expired on /],
    ] as const
  ).map(([what, { cert, key }, line]): Row => ({
    what: `SSL_verify: ${what}`,
    server: { cert, key },
    accepted: [{ SSL_verify: "NO" }],
    refused: [
      [{}, line],
      [{ SSL_verify: "YES" }, line],
    ],
  })),
  {
    what: "SSL_cert and SSL_key: a Dovecot that lets nobody in without",
    server: "strict dovecot",
    accepted: [{ SSL_cert: me.certFile, SSL_key: me.keyFile }],
    refused: [
      [{}, /^login as u refused: |^the server offers none of/],
      [{ SSL_cert: nobody.certFile, SSL_key: nobody.keyFile }, /^login as u refused: |^the server offers none of/],
      [{ SSL_cert: me.certFile, SSL_key: nobody.keyFile }, /^SSL_key: the private key in \S+ is not that of the first/],
    ],
  },
  ...(["TLSv1.2", "TLSv1.3"] as const).map((version): Row => {
    const isOld = version === "TLSv1.2";
    const requestCert = { requestCert: true, rejectUnauthorized: true, ca: authority.cert };
    return {
      what: `SSL_cert and SSL_key in ${version}: the server looks at them in the handshake, or after it`,
      server: { ...ok, ...requestCert, minVersion: version, maxVersion: version },
      accepted: [{ with: { SSL_cert: me.certFile, SSL_key: me.keyFile }, seen: { commonName: "u" } }],
      refused: [
        [{}, isOld ? /the server refused the TLS handshake .*; it may want a certificate: see SSL_cert$/ : required],
      ],
    };
  }),
];

let plain: MailServer;
let dovecots: Readonly<Record<string, MailServer>>;

before(async () => {
  const tls = (cert: typeof trusted): string => `ssl_cert = <${cert.certFile}\nssl_key = <${cert.keyFile}\n`;
  const sni = `local_name mail.example.org {\n${tls(byName)}}\n`;
  const [ordinary, modern, strict] = await Promise.all([
    startDovecot({ tls: true, extraConfig: `${tls(trusted)}${sni}` }),
    startDovecot({ tls: true, extraConfig: `${tls(trusted)}ssl_min_protocol = TLSv1.3\n` }),
    startDovecot({ tls: true, extraConfig: `${tls(trusted)}${requireCertificatesOf(authority, "plain")}` }),
  ]);
  plain = ordinary;
  dovecots = { dovecot: ordinary, "modern dovecot": modern, "strict dovecot": strict };
});

after(async () => {
  for (const directory of [files, authority.directory, stranger.directory]) removeScratch(directory);
  await Promise.all(Object.values(dovecots).map((server) => server.stop()));
});

interface Ports {
  readonly port: number;
  readonly tlsPort: number | undefined;
}

/** What the program makes of a configuration file with these settings. */
function settingsFor(
  type: "imaps" | "imap",
  { port, tlsPort }: Ports,
  { env = {}, settings }: Attempt,
): ServerSettings {
  const where = {
    type,
    port: String(type === "imaps" ? tlsPort : port),
    host: "127.0.0.1",
    username: "u",
    password: "p",
  };
  const section = Object.entries({ ...where, SSL_CAfile: authority.certFile, compress: "NO", ...settings });
  const lines = section.flatMap(([name, value]) => (value === undefined ? [] : [`${name} = ${value}`]));
  const file = join(files, "config");
  writeFileSync(file, ["[local]", "type = tunnel", "command = false", "[remote]", ...lines, ""].join("\n"), {
    mode: 0o600,
  });
  return loadConfig({ file, env, home: files }).servers.remote;
}

function expected(one: Row["accepted"][number]): Accepted {
  return isSeen(one) ? one : { with: one, seen: {} };
}

function isSeen(one: Row["accepted"][number]): one is Accepted {
  return typeof one["with"] === "object";
}

interface Attempt {
  readonly settings: Settings;
  readonly env?: Settings | undefined;
}

/** "" when it got in, else the line. */
async function outcome(settings: ServerSettings): Promise<string> {
  try {
    const session = await connectTo(settings, { side: "remote", log: recordedLog(), keepAlive: false });
    assert.equal(session.transport.secure, true);
    await session.logout();
    return "";
  } catch (error) {
    return errorLine(error as never).replace(/^remote: /, "");
  }
}

for (const row of rows) {
  test(`TLS: ${row.what}`, async (t) => {
    const isReal = typeof row.server === "string";
    const front: TlsFront | undefined = isReal ? undefined : await startTlsFront(row.server, plain);
    if (front !== undefined) t.after(() => front.stop());
    const server: Ports = front ?? dovecots[row.server as string]!;
    for (const type of ["imaps", "imap"] as const) {
      for (const one of row.accepted) {
        const { with: settings, seen } = expected(one);
        const attempt = { settings, env: row.env };
        assert.equal(await outcome(settingsFor(type, server, attempt)), "", `${type} ${JSON.stringify(settings)}`);
        const [visit] = front?.visits() ?? [];
        for (const [fact, value] of Object.entries(seen)) assert.equal(visit?.[fact as keyof TlsVisit], value, fact);
      }
      for (const [settings, line] of row.refused) {
        const said = await outcome(settingsFor(type, server, { settings, env: row.env }));
        assert.match(said, line, `${type} ${JSON.stringify(settings)}`);
        for (const { heard } of front?.visits() ?? []) assert.doesNotMatch(heard, /LOGIN|AUTHENTICATE/i);
      }
    }
  });
}

test("each TLS setting has a row that lets in and one that keeps out", () => {
  const all = Object.keys(settings).filter((name) => name.startsWith("SSL_"));
  const accepted = rows.flatMap((row) => row.accepted.map((one) => expected(one).with));
  const refused = rows.flatMap((row) => row.refused.map(([settings]) => settings));
  for (const name of all) {
    for (const some of [accepted, refused])
      assert.ok(
        some.some((settings) => settings[name] !== undefined),
        name,
      );
  }
});
