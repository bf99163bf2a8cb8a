// Certificates for tests, made by the openssl command in a temporary directory.

import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratchDirectory } from "./scratch.ts";

/** What a server proves itself with, as `tls.createServer` takes it. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
  /** Of the Subject Public Key Info: lower-case hexadecimal. */
  readonly sha256: string;
}

export interface TlsFixtures {
  readonly caFile: string;
  /** The same certificate in "hash format", with files beside it that must be ignored. */
  readonly caPath: string;
  /** Signed by the authority, for localhost and 127.0.0.1. */
  readonly trusted: Identity;
  /** Signed by the authority, for mail.example.org only. */
  readonly otherName: Identity;
  /** Signed by the authority, without alternative names; its common name is localhost. */
  readonly commonNameOnly: Identity;
  /** Signed by the authority, no longer valid. */
  readonly expired: Identity;
  /** For localhost and 127.0.0.1. */
  readonly selfSigned: Identity;
}

export function makeTlsFixtures(): TlsFixtures {
  const directory = scratchDirectory("tls");
  const path = (name: string): string => join(directory, name);
  const openssl = (...args: readonly string[]): string =>
    execFileSync("openssl", args, { encoding: "utf8", cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const localNames = "DNS:localhost,IP:127.0.0.1";

  const identity = (name: string): Identity => {
    const cert = readFileSync(path(`${name}.pem`), "utf8");
    const key = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
    return {
      key: readFileSync(path(`${name}.key`), "utf8"),
      cert,
      sha256: createHash("sha256").update(key).digest("hex"),
    };
  };
  const selfSign = (name: string, subject: string, ...more: readonly string[]): void => {
    openssl(
      "req",
      "-x509",
      ...newKey,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.pem`,
      "-days",
      "2",
      "-subj",
      subject,
      ...more,
    );
  };
  const sign = (name: string, altNames: string | undefined, days: number): Identity => {
    openssl("req", ...newKey, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", "/CN=localhost");
    writeFileSync(path("extensions"), altNames === undefined ? "" : `subjectAltName=${altNames}\n`);
    const ca = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "extensions"];
    openssl("x509", "-req", "-in", `${name}.csr`, "-out", `${name}.pem`, "-days", String(days), ...ca);
    return identity(name);
  };

  selfSign("ca", "/CN=Test authority");
  selfSign("self-signed", "/CN=localhost", "-addext", `subjectAltName=${localNames}`);
  mkdirSync(path("hashed"));
  const hash = openssl("x509", "-hash", "-noout", "-in", "ca.pem").trim();
  copyFileSync(path("ca.pem"), path(`hashed/${hash}.0`));
  writeFileSync(path(`hashed/${hash}.r0`), "a revocation list");
  writeFileSync(path("hashed/README"), "nothing");

  return {
    caFile: path("ca.pem"),
    caPath: path("hashed"),
    trusted: sign("trusted", localNames, 2),
    otherName: sign("other-name", "DNS:mail.example.org", 2),
    commonNameOnly: sign("common-name", undefined, 2),
    expired: sign("expired", localNames, -1),
    selfSigned: identity("self-signed"),
  };
}
