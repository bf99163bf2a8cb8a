// Decides whether a server is the right one, from what the handshake showed: pinned key, chain of trust, name.

import { createHash, type X509Certificate } from "node:crypto";
import { checkServerIdentity } from "node:tls";
import { InterimapError } from "../../model/errors.ts";
import type { InetSettings, TlsSettings } from "../../model/server-settings.ts";
import { endpointName } from "./tcp.ts";

export interface PeerFacts {
  readonly certificate: X509Certificate | undefined;
  /** OpenSSL's code for what is wrong with the chain; undefined when nothing is. */
  readonly chainError: string | undefined;
}

/**
 * The error that must end the connection, if any. SSL_fingerprint and SSL_verify are independent measures: each of them
 * that is set must be satisfied.
 */
export function verdict(settings: InetSettings, peer: PeerFacts): InterimapError | undefined {
  const { certificate, chainError } = peer;
  const { fingerprints, verify } = settings.tls;
  const refuse = (fault: string, hint: string): InterimapError =>
    new InterimapError("TLS", `${endpointName(settings)}: ${fault}`, { hint });

  if (certificate === undefined) {
    if (!verify && fingerprints.length === 0) return undefined;
    return refuse("the server shows no certificate", "remove anonymous ciphers from SSL_cipherlist");
  }
  const seen = keyDigest(certificate, "sha256");
  if (!isPinned(certificate, settings.tls)) {
    return refuse(
      `the fingerprint of the server's key, sha256$${seen}, is not in SSL_fingerprint`,
      `if the server has a new key, set SSL_fingerprint=sha256$${seen}; else somebody else may be answering`,
    );
  }
  if (!verify) return undefined;
  if (chainError !== undefined) {
    const pin = fingerprints.length > 0 ? "" : `SSL_fingerprint=sha256$${seen} and `;
    return refuse(
      `the server's certificate ${chainFault(chainError, certificate)}`,
      `name its authority in SSL_CAfile, or trust this very key by setting ${pin}SSL_verify=NO`,
    );
  }
  const mismatch = checkServerIdentity(settings.host, certificate.toLegacyObject());
  if (mismatch === undefined) return undefined;
  return refuse(
    `the server's certificate is for ${namesOf(certificate)}, not for ${settings.host}`,
    "set host to a name the certificate has",
  );
}

function isPinned(certificate: X509Certificate, { fingerprints }: TlsSettings): boolean {
  return (
    fingerprints.length === 0 ||
    fingerprints.some(({ algorithm, digest }) => keyDigest(certificate, algorithm) === digest)
  );
}

/** Of the Subject Public Key Info, lower-case hexadecimal. */
function keyDigest(certificate: X509Certificate, algorithm: string): string {
  const key = certificate.publicKey.export({ type: "spki", format: "der" });
  return createHash(algorithm).update(key).digest("hex");
}

const untrusted = "comes from an authority that is not trusted";

const chainFaults: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  INVALID_PURPOSE: "is not meant for servers",
  CERT_REVOKED: "has been revoked",
  EE_KEY_TOO_SMALL: "has a key that is too short",
};

function chainFault(code: string, certificate: X509Certificate): string {
  const { validFrom, validTo } = certificate;
  if (code === "CERT_NOT_YET_VALID") return `is not valid before ${validFrom}`;
  if (code !== "CERT_HAS_EXPIRED") return chainFaults[code] ?? `is not acceptable (${code})`;
  return Date.parse(validTo) < Date.now() ? `expired on ${validTo}` : "depends on one that has expired";
}

const maxNames = 5;

function namesOf(certificate: X509Certificate): string {
  const names = [...(certificate.subjectAltName ?? "").matchAll(/(?:DNS|IP Address):([^,"\s]+)/g)].map(
    ([, name]) => name,
  );
  const commonName = /^CN=(.+)$/m.exec(certificate.subject)?.[1];
  const all = names.length > 0 ? names : commonName === undefined ? [] : [commonName];
  if (all.length === 0) return "no name at all";
  const rest = all.length > maxNames ? ` and ${all.length - maxNames} more` : "";
  return all.slice(0, maxNames).join(", ") + rest;
}
