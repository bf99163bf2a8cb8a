// What is wrong with the files of SSL_cert and SSL_key is told before anybody is connected to.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { readOwnIdentity } from "../../../../src/imap/transport/own-certificate.ts";
import { secureContext } from "../../../../src/imap/transport/tls-context.ts";
import { failsWith } from "../../../protocol/fixture.ts";
import { makeAuthority } from "../../../support/authority.ts";
import { tlsSettings } from "../../../support/inet-settings.ts";
import { removeScratch } from "../../../support/scratch.ts";

const authority = makeAuthority();
const { directory, issue } = authority;
after(() => {
  removeScratch(directory);
});
const mine = issue("mine");
const other = issue("other");
const intermediate = issue("intermediate", { extensions: ["basicConstraints=critical,CA:TRUE"] });
const below = issue("below", { issuer: intermediate, newKey: ["rsa:2048"] });

function file(name: string, content: string | Buffer, mode = 0o600): string {
  const path = join(directory, name);
  writeFileSync(path, content, { mode });
  chmodSync(path, mode);
  return path;
}

function openssl(...args: readonly string[]): Buffer {
  return execFileSync("openssl", args, { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
}

const encrypted = openssl("pkey", "-in", mine.keyFile, "-aes256", "-passout", "pass:secret");
const traditional = openssl("ec", "-in", mine.keyFile, "-aes256", "-passout", "pass:secret");
const pkcs12 = openssl("pkcs12", "-export", "-in", mine.certFile, "-inkey", mine.keyFile, "-passout", "pass:");

const usable = [
  { what: "two files", certFile: mine.certFile, keyFile: mine.keyFile },
  { what: "both in one file", certFile: file("both.pem", mine.cert + mine.key), keyFile: undefined },
  { what: "the key first", certFile: file("key-first.pem", mine.key + mine.cert), keyFile: undefined },
  {
    what: "a chain, and a key in the form of RFC 1421",
    certFile: file("chain.pem", below.cert + intermediate.cert),
    keyFile: file("rsa.key", openssl("rsa", "-in", below.keyFile, "-traditional")),
  },
  { what: "a key for a group", certFile: mine.certFile, keyFile: file("group.key", mine.key, 0o640) },
];

for (const { what, certFile, keyFile } of usable) {
  test(`usable: ${what}`, async () => {
    readOwnIdentity({ certFile, keyFile });
    await secureContext(tlsSettings({ ownCertificate: { certFile, keyFile } }));
  });
}

mkdirSync(join(directory, "folder"));

const unusable = [
  {
    what: "no such certificate",
    files: { certFile: "/nonexistent/c", keyFile: mine.keyFile },
    line: /^SSL_cert: cannot read \/nonexistent\/c: .*no such file.*; check the path in SSL_cert$/,
  },
  {
    what: "no such key",
    files: { certFile: mine.certFile, keyFile: "/nonexistent/k" },
    line: /^SSL_key: cannot read \/nonexistent\/k: .*no such file.*; check the path in SSL_key$/,
  },
  {
    what: "a folder",
    files: { certFile: join(directory, "folder"), keyFile: undefined },
    line: /^SSL_cert: cannot read \S+folder: \S+ is a directory/,
  },
  {
    what: "a file without a certificate",
    files: { certFile: mine.keyFile, keyFile: undefined },
    line: /^SSL_cert: \S+mine\.key has no certificate in PEM format; check the path in SSL_cert$/,
  },
  {
    what: "a file without a key",
    files: { certFile: mine.certFile, keyFile: other.certFile },
    line: /^SSL_key: \S+other\.pem has no private key in PEM format; check the path in SSL_key$/,
  },
  {
    what: "no key named, and none beside the certificate",
    files: { certFile: mine.certFile, keyFile: undefined },
    line: /^SSL_cert: \S+mine\.pem has no private key beside the certificate; name the file of the key in SSL_key$/,
  },
  {
    what: "PKCS #12",
    files: { certFile: file("mine.p12", pkcs12), keyFile: undefined },
    line: /^SSL_cert: \S+ has no certificate in PEM format; convert it: .*openssl pkcs12 -in \S+mine\.p12 -nodes -out NEWFILE\)$/,
  },
  {
    what: "an encrypted key",
    files: { certFile: mine.certFile, keyFile: file("encrypted.key", encrypted) },
    line: /^SSL_key: the private key in \S+encrypted\.key is encrypted with a passphrase, .*; store it decrypted: .*openssl pkey -in \S+encrypted\.key -out NEWFILE\)$/,
  },
  {
    what: "an encrypted key in the form of RFC 1421, beside the certificate",
    files: { certFile: file("traditional.pem", mine.cert + traditional.toString()), keyFile: undefined },
    line: /^SSL_cert: the private key in \S+traditional\.pem is encrypted/,
  },
  {
    what: "another one's key",
    files: { certFile: mine.certFile, keyFile: other.keyFile },
    line: /^SSL_key: the private key in \S+other\.key is not that of the first certificate in \S+mine\.pem; name the key/,
  },
  {
    what: "another one's key beside the certificate",
    files: { certFile: file("mixed.pem", mine.cert + other.key), keyFile: undefined },
    line: /^SSL_cert: \S+mixed\.pem has a private key that is not that of the first certificate in \S+mixed\.pem; /,
  },
  {
    what: "a chain in the wrong order",
    files: { certFile: file("wrong-order.pem", intermediate.cert + below.cert), keyFile: below.keyFile },
    line: /is not that of the first certificate in .*, or put your certificate first$/,
  },
  {
    what: "a damaged key",
    files: { certFile: mine.certFile, keyFile: file("damaged.key", mine.key.replace(/^M.*$/m, "AAAA")) },
    line: /^SSL_key: the private key in \S+damaged\.key cannot be read: .*; the file may be damaged$/,
  },
  {
    what: "a damaged certificate",
    files: { certFile: file("damaged.pem", mine.cert.replace(/^M.*$/m, "AAAA")), keyFile: mine.keyFile },
    line: /^SSL_cert: the certificate in \S+damaged\.pem cannot be read: .*; the file may be damaged$/,
  },
] as const;

for (const { what, files, line } of unusable) {
  test(`one line says what is wrong: ${what}`, async () => {
    const secrets = [mine.key, other.key].map((key) => key.split("\n")[1]!);
    await assert.rejects(secureContext(tlsSettings({ ownCertificate: files })), (error: Error) => {
      failsWith("CONFIG_INVALID", line)(error);
      for (const secret of secrets) assert.ok(!String(error.stack).includes(secret));
      return true;
    });
  });
}

test("a key that every user can read is not used", async () => {
  const both = file("open.pem", mine.cert + mine.key, 0o644);
  for (const [setting, files] of [
    ["SSL_key", { certFile: mine.certFile, keyFile: file("open.key", mine.key, 0o644) }],
    ["SSL_cert", { certFile: both, keyFile: undefined }],
  ] as const) {
    const line = new RegExp(
      `^${setting} \\S+open\\.\\w+: every user can read the private key; run: chmod o-r \\S+open`,
    );
    await assert.rejects(secureContext(tlsSettings({ ownCertificate: files })), failsWith("CONFIG_UNSAFE", line));
  }
});

test("a certificate that is renewed while we run is read anew, and no other", async () => {
  const certFile = file("renewed.pem", mine.cert + mine.key);
  const settings = tlsSettings({ ownCertificate: { certFile, keyFile: undefined } });
  const first = await secureContext(settings);
  assert.equal(await secureContext(settings), first);
  rmSync(certFile);
  file("renewed.pem", `${other.cert}${other.key}\n`);
  const second = await secureContext(settings);
  assert.notEqual(second, first);
  assert.equal(await secureContext(settings), second);
});
