// Turns the SSL_ settings into what OpenSSL takes: versions, ciphers, and authorities.

import { constants } from "node:crypto";
import {
  createSecureContext,
  DEFAULT_CIPHERS,
  DEFAULT_MIN_VERSION,
  type SecureContext,
  type SecureVersion,
} from "node:tls";
import { InterimapError } from "../../model/errors.ts";
import type { TlsSettings } from "../../model/server-settings.ts";
import { asSetting } from "../../model/vocabulary.ts";
import { trustedCertificates } from "./authorities.ts";
import { opensslReason } from "./openssl-reason.ts";
import { ownFilesStamp, readOwnIdentity } from "./own-certificate.ts";

interface Made {
  readonly context: Promise<SecureContext>;
  /** Of the files of our own certificate, which may be renewed while we run. */
  readonly stamp: string | undefined;
}

/** Loading the system's certificates takes some 20 ms: once for all connections to a server. */
const contexts = new WeakMap<TlsSettings, Made>();

/**
 * Throws CONFIG_INVALID when a file cannot be read, or when OpenSSL does not know a version or cipher; CONFIG_UNSAFE when
 * everybody can read our private key.
 */
export function secureContext(settings: TlsSettings): Promise<SecureContext> {
  const { ownCertificate } = settings;
  const stamp = ownCertificate && ownFilesStamp(ownCertificate);
  const known = contexts.get(settings);
  if (known?.stamp === stamp && known !== undefined) return known.context;
  const context = makeContext(settings);
  contexts.set(settings, { context, stamp });
  context.catch(() => contexts.delete(settings));
  return context;
}

async function makeContext(settings: TlsSettings): Promise<SecureContext> {
  const versions = versionOptions(settings);
  const ca = await trustedCertificates(settings);
  const { ownCertificate } = settings;
  const own = ownCertificate && readOwnIdentity(ownCertificate);
  try {
    return createSecureContext({
      ...versions,
      ...(ca === undefined ? {} : { ca: [...ca] }),
      ...own,
      // The server could show another certificate then, at which nobody looks.
      secureOptions: versions.secureOptions | constants.SSL_OP_NO_RENEGOTIATION,
      ciphers: ciphers(settings),
    });
  } catch (cause) {
    const reason = opensslReason(cause) ?? String(cause);
    throw new InterimapError("CONFIG_INVALID", `OpenSSL does not accept ${asSetting("the SSL_ settings")}: ${reason}`, {
      hint: `check ${asSetting("SSL_cipherlist")}, ${asSetting("SSL_ciphersuites")}${own === undefined ? " and" : `, ${asSetting("SSL_cert")} and`} ${asSetting("SSL_CAfile")}`,
      cause,
    });
  }
}

const allVersions = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const satisfies readonly SecureVersion[];

const offSwitches = {
  TLSv1: "SSL_OP_NO_TLSv1",
  "TLSv1.1": "SSL_OP_NO_TLSv1_1",
  "TLSv1.2": "SSL_OP_NO_TLSv1_2",
  "TLSv1.3": "SSL_OP_NO_TLSv1_3",
} as const;

export interface VersionOptions {
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
  /** Switches off the versions between the two that are not wanted. */
  readonly secureOptions: number;
}

/**
 * What SSL_protocols, SSL_protocol_min, SSL_protocol_max and an empty SSL_ciphersuites leave together; throws
 * CONFIG_INVALID when that is nothing.
 */
export function versionOptions(settings: TlsSettings): VersionOptions {
  const { minVersion, maxVersion, versions, cipherSuites } = settings;
  const rank = (version: string): number => allVersions.findIndex((known) => known === version);
  // Asking for nothing but old versions is asking for them.
  const highest = maxVersion === undefined ? allVersions.length - 1 : rank(maxVersion);
  const hasSuites = cipherSuites !== "";
  const usual = rank(DEFAULT_MIN_VERSION);
  const lowest = minVersion !== undefined ? rank(minVersion) : versions !== undefined || highest < usual ? 0 : usual;
  const left = allVersions
    .slice(Math.max(lowest, 0), highest + 1)
    .filter((version) => (versions?.includes(version) ?? true) && (hasSuites || version !== "TLSv1.3"));
  const [first] = left;
  const last = left.at(-1);
  if (first === undefined || last === undefined) {
    throw new InterimapError(
      "CONFIG_INVALID",
      `${asSetting("SSL_protocols, SSL_protocol_min and SSL_protocol_max")} leave no usable TLS version`,
      {
        hint: "allow TLSv1.2 or TLSv1.3; SSLv3 is not supported",
      },
    );
  }
  const unwanted = allVersions.filter((version) => !left.includes(version));
  const secureOptions = unwanted.reduce((bits, version) => bits | constants[offSwitches[version]], 0);
  return { minVersion: first, maxVersion: last, secureOptions };
}

/** Node takes both kinds in one list and would switch off a kind that is not in it: keep its default there. */
function ciphers(settings: TlsSettings): string {
  const defaults = DEFAULT_CIPHERS.split(":");
  const suites = settings.cipherSuites ?? defaults.filter((name) => name.startsWith("TLS_")).join(":");
  const list = settings.cipherList ?? defaults.filter((name) => !name.startsWith("TLS_")).join(":");
  return `${suites}:${list}`;
}
