// What we prove ourselves with in the TLS handshake: SSL_cert and SSL_key.

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { type Stats, statSync } from "node:fs";
import { InterimapError } from "../../model/errors.ts";
import type { OwnCertificate } from "../../model/server-settings.ts";
import { asSetting } from "../../model/vocabulary.ts";
import { shellWord } from "../../util/shell-word.ts";
import { describe } from "./certificate-words.ts";
import { opensslReason } from "./openssl-reason.ts";
import { certificatesIn, type PemFile, readPemFile } from "./pem-file.ts";

/** As `createSecureContext` takes it. */
export interface OwnIdentity {
  /** Ours first; behind it, those of the authorities that the file has. */
  readonly cert: string;
  readonly key: string;
}

/**
 * @throws InterimapError CONFIG_INVALID when a file cannot be read, has not what it should have, or when the two do not belong
 * together; CONFIG_UNSAFE when everybody can read the key
 */
export function readOwnIdentity(files: OwnCertificate): OwnIdentity {
  const { text: cert } = read(asSetting("SSL_cert"), files.certFile);
  const [first] = certificatesIn(cert);
  if (first === undefined)
    throw lacking("certificate", { setting: asSetting("SSL_cert"), path: files.certFile, text: cert });
  const setting = asSetting(files.keyFile === undefined ? "SSL_cert" : "SSL_key");
  const keyFile = files.keyFile ?? files.certFile;
  const { text, stats } = read(setting, keyFile);
  const pem = privateKeyIn(text);
  if (pem === undefined && files.keyFile === undefined)
    throw invalid(
      `${asSetting("SSL_cert")}: ${keyFile} has no private key beside the certificate`,
      `name the file of the key in ${asSetting("SSL_key")}`,
    );
  if (pem === undefined) throw lacking("private key", { setting, path: keyFile, text });
  requirePrivacy(setting, keyFile, stats);
  if (isEncrypted(pem)) {
    const hint = `store it decrypted: (umask 077; openssl pkey -in ${shellWord(keyFile)} -out NEWFILE)`;
    throw invalid(
      `${setting}: the private key in ${keyFile} is encrypted with a passphrase, which is not asked for`,
      hint,
    );
  }
  const key = parse(`${setting}: the private key in ${keyFile}`, () => createPrivateKey(pem));
  const certificate = parse(
    `${asSetting("SSL_cert")}: the certificate in ${files.certFile}`,
    () => new X509Certificate(first),
  );
  requireMatch(certificate, key, files);
  return { cert, key: pem };
}

/** For errors: which certificate we have shown. */
export function ownCertificateWords({ certFile }: OwnCertificate): string {
  try {
    const [first = ""] = certificatesIn(readPemFile(certFile).text);
    return `see ${asSetting("SSL_cert")} (${describe(new X509Certificate(first), { key: false })})`;
  } catch {
    return `see ${asSetting("SSL_cert")}`;
  }
}

/** Changes when one of the files does. */
export function ownFilesStamp({ certFile, keyFile }: OwnCertificate): string {
  return [certFile, keyFile ?? certFile]
    .map((path) => statSync(path, { throwIfNoEntry: false }))
    .map((stats) => `${stats?.ino ?? ""}/${stats?.mtimeMs ?? ""}/${stats?.size ?? ""}`)
    .join(" ");
}

function read(setting: string, path: string): PemFile {
  try {
    return readPemFile(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalid(`${setting}: cannot read ${path}: ${reason}`, `check the path in ${setting}`, cause);
  }
}

const privateKey = /-----BEGIN (?<kind>(?:\w+ )*PRIVATE KEY)-----[^]*?-----END \k<kind>-----/;

function privateKeyIn(text: string): string | undefined {
  return privateKey.exec(text)?.[0];
}

/** PKCS #8, or the older form of RFC 1421. */
function isEncrypted(pem: string): boolean {
  return pem.includes("BEGIN ENCRYPTED") || /^Proc-Type: *4, *ENCRYPTED/m.test(pem);
}

/** Its owner's group may be one that is made for such keys. */
function requirePrivacy(setting: string, path: string, { mode }: Stats): void {
  if ((mode & 0o004) === 0) return;
  const hint = `run: chmod o-r ${shellWord(path)}; if others may have read it, have a new one made`;
  throw new InterimapError("CONFIG_UNSAFE", `${setting} ${path}: every user can read the private key`, { hint });
}

function requireMatch(certificate: X509Certificate, key: KeyObject, { certFile, keyFile }: OwnCertificate): void {
  if (certificate.checkPrivateKey(key)) return;
  const where =
    keyFile === undefined ? `${certFile} has a private key that is not` : `the private key in ${keyFile} is not`;
  const setting = asSetting(keyFile === undefined ? "SSL_cert" : "SSL_key");
  const problem = `${setting}: ${where} that of the first certificate in ${certFile}`;
  throw invalid(problem, "name the key that was made for the certificate, or put your certificate first");
}

/** In another form, as programs for Windows write it, both begin with a SEQUENCE. */
function lacking(what: string, file: { setting: string; path: string; text: string }): InterimapError {
  const { setting, path, text } = file;
  const isDer = text.startsWith("\x30");
  const convert = `convert it: (umask 077; openssl pkcs12 -in ${shellWord(path)} -nodes -out NEWFILE)`;
  return invalid(`${setting}: ${path} has no ${what} in PEM format`, isDer ? convert : `check the path in ${setting}`);
}

function parse<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const reason = opensslReason(cause) ?? (cause instanceof Error ? cause.message : String(cause));
    throw invalid(`${what} cannot be read: ${reason}`, "the file may be damaged", cause);
  }
}

function invalid(problem: string, hint: string, cause?: unknown): InterimapError {
  return new InterimapError("CONFIG_INVALID", problem, { hint, cause });
}
