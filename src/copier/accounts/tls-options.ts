// What --sslargs1 and its like say, as the settings of TLS. The names are those of Perl's IO::Socket::SSL, a part of them.

import { createHash, getHashes } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { environmentAuthorities } from "../../model/environment-authorities.ts";
import type { Fingerprint, TlsSettings, TlsVersion } from "../../model/server-settings.ts";
import { AccountFailure } from "./account-failure.ts";
import type { HostOptions } from "./host-options.ts";

type TlsOptions = Pick<HostOptions, "number" | "sslargs" | "sslVersion">;

const keys = [
  "SSL_verify_mode",
  "SSL_ca_file",
  "SSL_ca_path",
  "SSL_version",
  "SSL_cipher_list",
  "SSL_ciphersuites",
  "SSL_fingerprint",
  "SSL_hostname",
  "SSL_verifycn_name",
  "SSL_cert_file",
  "SSL_key_file",
] as const;

type Key = (typeof keys)[number];

/** @throws AccountFailure EX_USAGE for what is not understood, EX_NOINPUT for a file that cannot be read. */
export function tlsSettings(options: TlsOptions, env: NodeJS.ProcessEnv): TlsSettings {
  const { number, sslargs, sslVersion } = options;
  const unknown = [...sslargs.keys()].find((key) => !(keys as readonly string[]).includes(key));
  if (unknown !== undefined) throw wrong(number, `${unknown} is not known`, `those known are ${keys.join(", ")}`);
  const get = (key: Key): string | undefined => sslargs.get(key);
  for (const key of ["SSL_ca_file", "SSL_ca_path", "SSL_cert_file", "SSL_key_file"] as const) {
    requireReadable(number, key, get(key));
  }
  const fingerprints = fingerprintsIn(number, get("SSL_fingerprint"));
  const verify = verifies(number, get("SSL_verify_mode")) ?? fingerprints.length === 0;
  const [caFile, caPath] = [get("SSL_ca_file"), get("SSL_ca_path")];
  const certFile = get("SSL_cert_file");
  const environment = verify && caFile === undefined && caPath === undefined ? environmentAuthorities(env) : undefined;
  return {
    ...{ minVersion: undefined, maxVersion: undefined },
    versions: versionsIn(number, get("SSL_version") ?? sslVersion),
    cipherList: get("SSL_cipher_list"),
    cipherSuites: get("SSL_ciphersuites"),
    ...{ fingerprints, verify, caFile, caPath },
    hostname: get("SSL_hostname"),
    verifiedName: get("SSL_verifycn_name"),
    ownCertificate: certFile === undefined ? undefined : { certFile, keyFile: get("SSL_key_file") },
    ...(environment === undefined ? {} : { environment }),
  };
}

function wrong(number: HostOptions["number"], problem: string, hint: string): AccountFailure {
  return new AccountFailure("EX_USAGE", `--sslargs${number}: ${problem}; ${hint}`);
}

function requireReadable(number: HostOptions["number"], key: Key, path: string | undefined): void {
  if (path === undefined) return;
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw new AccountFailure("EX_NOINPUT", `--sslargs${number} ${key}=${path}: it cannot be read`);
  }
}

/** Numbers are OpenSSL's bits, of which the lowest is SSL_VERIFY_PEER. */
function verifies(number: HostOptions["number"], mode: string | undefined): boolean | undefined {
  if (mode === undefined) return undefined;
  if (/^(?:0|SSL_VERIFY_NONE)$/.test(mode)) return false;
  if (/^(?:[1-9]|SSL_VERIFY_PEER)$/.test(mode)) return true;
  throw wrong(number, `SSL_verify_mode=${mode} is no mode`, "1 verifies the server's certificate, 0 does not");
}

const versionNames: Readonly<Record<string, readonly TlsVersion[]>> = {
  sslv23: ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
  sslv2: [],
  sslv3: [],
  tlsv1: ["TLSv1"],
  tlsv10: ["TLSv1"],
  tlsv11: ["TLSv1.1"],
  tlsv12: ["TLSv1.2"],
  tlsv13: ["TLSv1.3"],
};

/** `SSLv23:!SSLv3`, `TLSv1_2`; undefined: as usual. */
function versionsIn(number: HostOptions["number"], text: string | undefined): readonly TlsVersion[] | undefined {
  if (text === undefined) return undefined;
  const named = text.split(":").map((word) => {
    const versions = versionNames[word.toLowerCase().replace(/^!|[._/]/g, "")];
    if (versions === undefined) throw wrong(number, `SSL_version=${text} is not understood`, "for instance: TLSv1_2");
    return { isExcluded: word.startsWith("!"), word, versions };
  });
  const wanted = named.filter(({ isExcluded }) => !isExcluded);
  const excluded = new Set(named.filter(({ isExcluded }) => isExcluded).flatMap(({ versions }) => versions));
  // What is usual does not have the old versions in it.
  if (wanted.every(({ word }) => /^sslv2\/?3$/i.test(word)) && excluded.size === 0) return undefined;
  const left = wanted.flatMap(({ versions }) => versions).filter((version) => !excluded.has(version));
  if (left.length > 0) return left;
  throw wrong(number, `SSL_version=${text} leaves no version of TLS`, "SSLv2 and SSLv3 are not supported");
}

/** Of public keys only: certificates are renewed every few weeks, and their digests with them. */
function fingerprintsIn(number: HostOptions["number"], text: string | undefined): readonly Fingerprint[] {
  if (text === undefined) return [];
  const [, algorithm = "", digest = ""] = /^(\w+)\$pub\$([0-9a-f:]+)$/i.exec(text) ?? [];
  const name = algorithm.toLowerCase();
  const hex = digest.replaceAll(":", "").toLowerCase();
  const isKnown = getHashes().some((hash) => hash.toLowerCase() === name);
  if (!isKnown || createHash(name).digest("hex").length !== hex.length) {
    throw wrong(number, `SSL_fingerprint=${text} is not understood`, "it must be that of a public key: sha256$pub$HEX");
  }
  return [{ algorithm: name, digest: hex }];
}
