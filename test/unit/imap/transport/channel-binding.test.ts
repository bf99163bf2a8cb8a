// The server's view is the judge: openssl exports the same keying material, and digests the same certificate.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import { deflate } from "../../../../src/imap/transport/deflate.ts";
import { openTransport } from "../../../../src/imap/transport/open-transport.ts";
import { signatureHash } from "../../../../src/imap/transport/signature-hash.ts";
import type { Transport } from "../../../../src/imap/transport/transport.ts";
import { eventually } from "../../../support/eventually.ts";
import { inetSettings, tlsSettings } from "../../../support/inet-settings.ts";
import { type OpensslServer, startOpensslServer } from "../../../support/openssl-server.ts";
import { removeScratch, scratchDirectory } from "../../../support/scratch.ts";

const directory = scratchDirectory("binding");
after(() => {
  removeScratch(directory);
});

const exporting = ["-keymatexport", "EXPORTER-Channel-Binding", "-keymatexportlen", "32"];

const rsa = ["-newkey", "rsa:2048"];
const ecdsa = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
const pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:-1"];

interface Kind {
  readonly what: string;
  readonly args: readonly string[];
  /** What the certificate is signed with, and what tls-server-end-point digests it with; undefined: with nothing. */
  readonly signed: string | undefined;
  readonly digest: string | undefined;
}

const kinds: readonly Kind[] = [
  { what: "RSA, MD5", args: [...rsa, "-md5"], signed: "md5", digest: "sha256" },
  { what: "RSA, SHA-1", args: [...rsa, "-sha1"], signed: "sha1", digest: "sha256" },
  { what: "RSA, SHA-224", args: [...rsa, "-sha224"], signed: "sha224", digest: "sha224" },
  { what: "RSA, SHA-256", args: [...rsa, "-sha256"], signed: "sha256", digest: "sha256" },
  { what: "RSA, SHA-384", args: [...rsa, "-sha384"], signed: "sha384", digest: "sha384" },
  { what: "RSA, SHA-512", args: [...rsa, "-sha512"], signed: "sha512", digest: "sha512" },
  { what: "RSA-PSS, SHA-1", args: [...rsa, ...pss, "-sha1"], signed: "sha1", digest: "sha256" },
  { what: "RSA-PSS, SHA-256", args: [...rsa, ...pss, "-sha256"], signed: "sha256", digest: "sha256" },
  { what: "RSA-PSS, SHA-384", args: [...rsa, ...pss, "-sha384"], signed: "sha384", digest: "sha384" },
  { what: "ECDSA, SHA-1", args: [...ecdsa, "-sha1"], signed: "sha1", digest: "sha256" },
  { what: "ECDSA, SHA-256", args: [...ecdsa, "-sha256"], signed: "sha256", digest: "sha256" },
  { what: "ECDSA, SHA-384", args: [...ecdsa, "-sha384"], signed: "sha384", digest: "sha384" },
  { what: "ECDSA, SHA-512", args: [...ecdsa, "-sha512"], signed: "sha512", digest: "sha512" },
  { what: "ECDSA, SHA3-256", args: [...ecdsa, "-sha3-256"], signed: "sha3-256", digest: "sha3-256" },
  { what: "Ed25519", args: ["-newkey", "ed25519"], signed: undefined, digest: undefined },
];

function openssl(...args: readonly string[]): string {
  return execFileSync("openssl", args, { encoding: "utf8", cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
}

function makeCertificate(args: readonly string[]): { readonly cert: string; readonly key: string } {
  openssl("req", "-x509", ...args, "-nodes", "-subj", "/CN=localhost", "-days", "2", "-keyout", "key", "-out", "cert");
  return { cert: join(directory, "cert"), key: join(directory, "key") };
}

async function connectTo(t: TestContext, server: OpensslServer, tls = {}): Promise<Transport> {
  const settings = inetSettings(server.port, { type: "imaps", tls: tlsSettings({ verify: false, ...tls }) });
  const transport = await openTransport(settings, { keepAlive: false });
  t.after(() => transport.stream.destroy());
  return transport;
}

async function serve(t: TestContext, args: readonly string[]): Promise<OpensslServer> {
  const { cert, key } = makeCertificate(args);
  const server = await startOpensslServer(["-cert", cert, "-key", key, "-cipher", "ALL:@SECLEVEL=0", ...exporting]);
  t.after(() => server.stop());
  return server;
}

for (const { what, args, signed, digest } of kinds) {
  test(`tls-server-end-point digests the certificate as it was signed: ${what}`, async (t) => {
    const server = await serve(t, args);
    const { raw } = new X509Certificate(readFileSync(join(directory, "cert")));
    assert.equal(signatureHash(raw), signed);
    const expected =
      digest === undefined
        ? undefined
        : openssl("x509", "-in", "cert", "-noout", "-fingerprint", `-${digest}`).split("=")[1]!.trim();
    const transport = await connectTo(t, server);
    const data = await transport.channelBinding?.("tls-server-end-point");
    assert.equal(data?.toString("hex"), expected?.replaceAll(":", "").toLowerCase());
  });
}

test("tls-exporter is what the server exports, another one on each connection, and the same under compression", async (t) => {
  const server = await serve(t, ecdsa);
  const seen = new Set<string>();
  for (let count = 1; count <= 2; count++) {
    const transport = await connectTo(t, server);
    const exported = await eventually("the server's keying material", () =>
      [...server.output().matchAll(/Keying material: ([0-9A-F]{64})/g)].map(([, hex]) => hex).at(count - 1),
    );
    for (const one of [transport, deflate(transport)]) {
      const data = await one.channelBinding?.("tls-exporter");
      assert.equal(data?.toString("hex").toUpperCase(), exported);
    }
    seen.add(exported);
    transport.stream.destroy();
  }
  assert.equal(seen.size, 2);
});

test("there is no tls-exporter below TLS 1.3, and nothing at all without TLS", async (t) => {
  const server = await serve(t, ecdsa);
  const transport = await connectTo(t, server, { maxVersion: "TLSv1.2" });
  assert.equal(await transport.channelBinding?.("tls-exporter"), undefined);
  assert.notEqual(await transport.channelBinding?.("tls-server-end-point"), undefined);
  const plain = await openTransport(inetSettings(server.port), { keepAlive: false });
  t.after(() => plain.stream.destroy());
  assert.equal(plain.channelBinding, undefined);
});

test("octets that are no certificate have no hash", () => {
  for (const hex of ["", "30", "3003", "30800000", "3084ffffffff", "30060000300206", "3009300030050603"])
    assert.equal(signatureHash(Buffer.from(hex, "hex")), undefined, hex);
});
