// Certificates that are refused, one row each, by a server that really shows them: in words, with what a user needs to compare
// and to pin it. SHOW=1 prints the lines.

import assert from "node:assert/strict";
import { after, test, type TestContext } from "node:test";
import { CertificateRefused } from "../../../../src/imap/transport/certificate-refused.ts";
import { openTransport } from "../../../../src/imap/transport/open-transport.ts";
import { verdict } from "../../../../src/imap/transport/tls-verdict.ts";
import type { InetSettings, TlsSettings } from "../../../../src/model/server-settings.ts";
import { type Issued, localNames, makeAuthority } from "../../../support/authority.ts";
import { errorLine } from "../../../support/error-line.ts";
import { inetSettings, tlsSettings } from "../../../support/inet-settings.ts";
import { type OpensslServer, startOpensslServer } from "../../../support/openssl-server.ts";
import { removeScratch } from "../../../support/scratch.ts";

const authority = makeAuthority();
const { directory, issue, selfSign } = authority;
after(() => {
  removeScratch(directory);
});

const isAuthority = "basicConstraints=critical,CA:TRUE";
const altNames = localNames;
const good = issue("good", { altNames });
const intermediate = issue("intermediate", { extensions: [isAuthority] });
const oldIntermediate = issue("old-intermediate", { extensions: [isAuthority], validDays: [-20, -10] });
const rsaAuthority = issue("rsa-authority", { extensions: [isAuthority], newKey: ["rsa:2048"] });
const narrow = issue("narrow", { extensions: [isAuthority, "nameConstraints=critical,permitted;DNS:example.org"] });

interface Refused {
  readonly what: string;
  readonly certificate: Issued;
  /** Sent after the certificate. */
  readonly chain?: Issued;
  readonly tls?: Partial<TlsSettings>;
  readonly line: RegExp;
}

const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC`;

const table: readonly Refused[] = [
  {
    what: "expired",
    certificate: issue("expired", { altNames, validDays: [-20, -10] }),
    line: new RegExp(
      `expired on ${time} .*; check this machine's clock, which says ${time}; if the server is right, trust`,
    ),
  },
  {
    what: "not yet valid",
    certificate: issue("early", { altNames, validDays: [10, 20] }),
    line: new RegExp(`is not valid before ${time} .*; check this machine's clock, which says ${time}; if the server`),
  },
  {
    what: "an expired one between it and the authority",
    certificate: issue("below-old", { altNames, issuer: oldIntermediate }),
    chain: oldIntermediate,
    line: /depends on one that has expired \(subject: CN=below-old; issuer: CN=old-intermediate; /,
  },
  {
    what: "self-signed",
    certificate: selfSign("self-signed", { altNames }),
    line: /is self-signed \(subject: CN=self-signed; issuer: CN=self-signed; .*; name its authority in SSL_CAfile, or trust/,
  },
  {
    what: "an unknown authority",
    certificate: good,
    tls: { caFile: selfSign("nobody").certFile },
    line: /comes from an authority that is not trusted\b.* \(subject: CN=good; issuer: CN=Test authority; /,
  },
  {
    what: "an authority whose own certificate the server leaves out",
    certificate: issue("incomplete", { altNames, issuer: intermediate }),
    line: /comes from an authority that is not trusted, or whose certificate the server does not send \(/,
  },
  {
    what: "another name",
    certificate: issue("other-name", { altNames: "DNS:a.example,DNS:b.example,IP:192.0.2.1" }),
    line: /is for a\.example, b\.example, 192\.0\.2\.1, not for localhost \(.*; set host to a name the certificate has, or trust/,
  },
  {
    what: "very many other names",
    certificate: issue("many-names", { altNames: Array.from({ length: 300 }, (_, i) => `DNS:n${i}.example`).join() }),
    line: /is for n0\.example, n1\.example, n2\.example, n3\.example, n4\.example and 295 more, not for localhost/,
  },
  {
    what: "no name",
    certificate: issue("no-name", { subject: "/O=Nobody" }),
    line: /is for no name at all, not for localhost \(subject: O=Nobody; /,
  },
  {
    what: "a wildcard for names two levels up",
    certificate: issue("wildcard", { altNames: "DNS:*.example" }),
    line: /is for \*\.example, not for localhost/,
  },
  {
    what: "a certificate for clients",
    certificate: issue("for-clients", { altNames, extensions: ["extendedKeyUsage=clientAuth"] }),
    line: /is not meant for servers, or was issued by one that may not issue others \(.*; the server needs another one; if you know the server, trust/,
  },
  {
    what: "issued by a server",
    certificate: issue("below-server", { altNames, issuer: good }),
    chain: good,
    line: /or was issued by one that may not issue others \(/,
  },
  {
    what: "signed with MD5",
    certificate: issue("md5", { altNames, issuer: rsaAuthority, digest: "md5" }),
    chain: rsaAuthority,
    line: /is signed with a digest that is too weak, or depends on one that is \(/,
  },
  {
    what: "signed with SHA-1",
    certificate: issue("sha1", { altNames, digest: "sha1" }),
    line: /is signed with a digest that is too weak, or depends on one that is \(/,
  },
  {
    what: "a short key, where SSL_cipherlist asks for longer ones",
    certificate: issue("short", { altNames, newKey: ["rsa:1024"] }),
    tls: { cipherList: "DEFAULT:@SECLEVEL=2" },
    line: /(?:has a key that is too short, or depends on one that has \(|the server's certificate is too weak)/,
  },
  {
    what: "a critical extension that nobody knows",
    certificate: issue("critical", { altNames, extensions: ["1.2.3.4=critical,ASN1:UTF8String:x"] }),
    line: /has a critical extension that is not known here \(/,
  },
  {
    what: "an authority for other names",
    certificate: issue("outside", { altNames, issuer: narrow }),
    chain: narrow,
    line: /is for a name that its authority may not vouch for \(/,
  },
];

async function serve(t: TestContext, { certificate, chain }: Pick<Refused, "certificate" | "chain">) {
  const more = chain === undefined ? [] : ["-cert_chain", chain.certFile];
  const files = ["-cert", certificate.certFile, "-key", certificate.keyFile, "-cipher", "ALL:@SECLEVEL=0"];
  const server = await startOpensslServer([...files, ...more, "-naccept", "1"]);
  t.after(() => server.stop());
  return server;
}

function settingsFor(server: OpensslServer, tls: Partial<TlsSettings> = {}): InetSettings {
  const named = { host: "localhost", isIpLiteral: false };
  return inetSettings(server.port, {
    ...{ type: "imaps", ...named },
    tls: tlsSettings({ caFile: authority.certFile, ...tls }),
  });
}

/** The line that ends it. */
async function refusal(server: OpensslServer, tls?: Partial<TlsSettings>): Promise<string> {
  const settings = settingsFor(server, tls);
  const line = await openTransport(settings, { keepAlive: false }).then(
    ({ stream }) => {
      stream.destroy();
      return "accepted";
    },
    (error: unknown) => errorLine(error as never),
  );
  if (process.env["SHOW"] !== undefined) console.log(line);
  assert.doesNotMatch(line, /[\p{Cc}\p{Cf}]/u);
  return line;
}

test("the good one is accepted", async (t) => {
  assert.equal(await refusal(await serve(t, { certificate: good })), "accepted");
});

for (const { what, certificate, chain, tls, line } of table) {
  test(`refused, in words: ${what}`, async (t) => {
    const server = await serve(t, { certificate, ...(chain && { chain }) });
    const said = await refusal(server, tls);
    assert.match(said, line);
    if (said.includes("the server's certificate is too weak")) return;
    const pin = certificate.pin.replace("$", "\\$");
    assert.match(said, new RegExp(`valid from ${time} to ${time}; key: ${pin}\\); `));
    assert.match(said, new RegExp(`trust this very key by setting SSL_fingerprint=${pin} and SSL_verify=NO$`));
  });
}

test("a refusal has the certificate's parts, for who shows them otherwise", async (t) => {
  const [{ certificate } = assert.fail()] = table.filter(({ what }) => what === "another name");
  const server = await serve(t, { certificate });
  const error: unknown = await openTransport(settingsFor(server), { keepAlive: false }).catch(
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof CertificateRefused);
  const { validFrom, validTo, ...facts } = error.facts;
  assert.deepEqual(facts, {
    reason: "the server's certificate is for a.example, b.example, 192.0.2.1, not for localhost",
    ...{ subject: facts.subject, issuer: facts.issuer },
    keyDigest: certificate.pin.replace("sha256$", ""),
  });
  assert.match(`${validFrom} ${validTo}`, /^\d{4}-\d\d-\d\dT[\d:.]+Z \d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.match(facts.subject, /^CN=/);
  assert.match(facts.issuer, /^CN=/);
});

test("what the line offers is accepted", async (t) => {
  for (const { certificate } of table.slice(0, 4)) {
    const server = await serve(t, { certificate });
    const [algorithm = "", digest = ""] = certificate.pin.split("$");
    assert.equal(await refusal(server, { verify: false, fingerprints: [{ algorithm, digest }] }), "accepted");
  }
});

test("another key than those pinned: each fingerprint, and the certificate", async (t) => {
  const pins = ["1", "2", "3", "4"].map((digit) => ({ algorithm: "sha256", digest: digit.repeat(64) }));
  const server = await serve(t, { certificate: good });
  const sha1 = { algorithm: "sha1", digest: "5".repeat(40) };
  const said = await refusal(server, { fingerprints: [sha1, ...pins] });
  const [seen, had] = /the server's key (.*) is not in SSL_fingerprint, which has (.*) \(subject/.exec(said)!.slice(1);
  assert.match(seen!, new RegExp(`^${good.pin.replace("$", "\\$")} = sha1\\$[0-9a-f]{40}$`));
  assert.equal(had, `sha1$${"5".repeat(40)}, sha256$${"1".repeat(64)}, sha256$${"2".repeat(64)} and 2 more`);
  assert.match(
    said,
    new RegExp(`; if the server has a new key, set SSL_fingerprint=${good.pin.replace("$", "\\$")}; else`),
  );
});

test("a clock from before this program was written is called wrong", () => {
  const settings = inetSettings(993, { type: "imaps", host: "localhost" });
  const error = verdict(settings, {
    certificate: good.x509,
    chainError: { code: "CERT_NOT_YET_VALID", words: "certificate is not yet valid" },
    now: 0,
  });
  assert.match(
    errorLine(error!),
    /is not valid before 20\d\d-.*; this machine's clock is wrong: it says 1970-01-01 00:00:00 UTC; set it; if the server/,
  );
});

const texts = [
  {
    what: "control characters",
    subject: "/CN=a\u0007\u001b[31mb\r\nlocal: all is well",
    shown: /CN=a\\07\\1B\[31mb\\0D\\0Alocal: all/,
  },
  { what: "bidi", subject: "/CN=\u202emoc.elpmaxe", shown: /CN=\\u202emoc/ },
  { what: "what is invisible", subject: "/CN=goo\u200bgle", shown: /CN=goo\\u200bgle/ },
  { what: "another kind of line end", subject: "/CN=a\u2028b", shown: /CN=a\\u2028b/ },
  {
    what: "much text",
    subject: `/CN=x${"/OU=0123456789".repeat(300)}`,
    shown: /subject: CN=x, OU=0123456789, .{1,100}…; issuer/,
  },
] as const;

for (const [index, { what, subject, shown }] of texts.entries()) {
  test(`the names in a certificate neither steer a terminal nor fill it: ${what}`, async (t) => {
    const args = ["-utf8", "-multivalue-rdn"];
    const certificate = selfSign(`text-${index}`, { subject, altNames, args });
    const said = await refusal(await serve(t, { certificate }));
    assert.match(said, shown);
    assert.ok(said.length < 1_000, said);
  });
}

test("more certificates than TLS needs are not read", async (t) => {
  const names = Array.from({ length: 4_000 }, (_, i) => `DNS:quite-a-long-name-${i}.example.org`).join();
  const server = await serve(t, { certificate: issue("huge", { altNames: names }) });
  assert.match(
    await refusal(server),
    /: the server sends more certificates than TLS needs \(100 KiB\); check host and port$/,
  );
});
